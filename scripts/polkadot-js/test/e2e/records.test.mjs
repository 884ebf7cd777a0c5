import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { readRound, recordChanges, until } from '@consilium/client';
import { PATTERNS } from './patterns.mjs';
import { chainGoesOn, completed, network, openStudy, roundWhere, signers, SOON } from './shared.mjs';

/** A table as its header and its rows, changed and written back as text. */
const changed = (csv, change, delimiter = ',') => {
  const [header, ...rows] = csv
    .trimEnd()
    .split('\n')
    .map((line) => line.split(','));
  change({ header, rows });
  return [header, ...rows].map((cells) => cells.join(delimiter)).join('\n') + '\n';
};

const column = ({ header }, name) => header.indexOf(name);

/** The same table as another program writes it, and the format that says so. */
const GERMAN = {
  write: (csv) => {
    const change = ({ header, rows }) => {
      header[header.indexOf('age')] = 'Alter (Jahre)';
      rows.forEach((cells) => cells.forEach((cell, index) => (cells[index] = cell.replace('.', ','))));
    };
    return changed(csv, change, ';');
  },
  format: 'delimiter = ";"\ndecimal_mark = ","\n[column.age]\nname = "Alter (Jahre)"\n',
};

const BROKEN_RECORDS = [
  {
    what: 'without a column',
    break: (csv) =>
      changed(csv, (table) => [table.header, ...table.rows].forEach((cells) => cells.splice(1, 1))),
    message: PATTERNS.missingColumn,
  },
  {
    what: 'with text in a number',
    break: (csv) => changed(csv, (table) => (table.rows[3][column(table, 'heart_rate')] = 'fast')),
    message: PATTERNS.notANumber,
  },
  {
    what: 'with a label outside the set',
    break: (csv) => changed(csv, (table) => (table.rows[0][column(table, 'readmitted')] = '7')),
    message: PATTERNS.unknownLabel,
  },
  { what: 'that is empty', break: () => '', message: PATTERNS.emptyRecords },
];

describe('records and configuration that are wrong', () => {
  let net;
  let dave;

  before(async () => {
    net = await network();
    dave = net.node('dave');
  });

  /** A copy of Dave's configuration with other records and their format, or with another text. */
  function variant(name, { csv, format, text = (toml) => toml }) {
    const home = dirname(dave.configuration);
    const folder = join(home, 'variants');
    mkdirSync(folder, { recursive: true });
    let toml = readFileSync(dave.configuration, 'utf8').replace(/"keys\//g, `"${join(home, 'keys')}/`);
    if (csv !== undefined) {
      const file = join(folder, `${name}.csv`);
      writeFileSync(file, csv);
      if (format !== undefined) writeFileSync(join(folder, `${name}.format.toml`), format);
      toml = toml.replace(/^file = .*$/m, `file = ${JSON.stringify(file)}`);
    }
    const file = join(folder, `${name}.toml`);
    writeFileSync(file, text(toml));
    return file;
  }

  const check = (file, ...options) =>
    spawnSync(dave.binary, ['hospital', 'check', '--hospital', file, ...options], { encoding: 'utf8' });
  const records = () =>
    readFileSync(/^file = "(.*)"$/m.exec(readFileSync(dave.configuration, 'utf8'))[1], 'utf8');
  const withUnknownKey = () => variant('unknown-key', { text: (toml) => `colour = "blue"\n${toml}` });

  it('are not found in what the tests start from', () => {
    const { status, stderr } = check(variant('as-it-was', { csv: records() }));
    assert.equal(status, 0, stderr);
  });

  for (const [index, { what, break: damage, message }] of BROKEN_RECORDS.entries()) {
    it(`are named by hospital check: records ${what}`, () => {
      const { status, stderr } = check(variant(`records-${index}`, { csv: damage(records()) }));
      assert.equal(status, 1);
      assert.match(stderr, message);
    });
  }

  it('are the same records in the format of another program', () => {
    const plain = variant('plain', { csv: records() });
    const german = variant('german', { csv: GERMAN.write(records()), format: GERMAN.format });
    const [{ records: one }, { records: other }] = [plain, german].map((file) => {
      const { status, stdout, stderr } = check(file, '--json');
      assert.equal(status, 0, stderr);
      return JSON.parse(stdout);
    });
    assert.deepEqual(other, { ...one, format: 'german.format.toml' });
    const { status, stderr } = check(variant('undeclared', { csv: GERMAN.write(records()) }));
    assert.equal(status, 1);
    assert.match(stderr, PATTERNS.missingColumn);
    assert.match(stderr, /undeclared\.format\.toml/);
  });

  it('are shown on a page that only their owner reads', () => {
    const page = join(dirname(dave.configuration), 'report.html');
    const { status, stderr } = check(variant('shown', { csv: records() }), '--html', page);
    assert.equal(status, 0, stderr);
    assert.equal(statSync(page).mode & 0o777, 0o600);
    assert.match(readFileSync(page, 'utf8'), /must not leave the hospital.*<svg role="img"/s);
  });

  it('are named by hospital check: a key that does not exist', () => {
    const { status, stderr } = check(withUnknownKey());
    assert.equal(status, 1);
    assert.match(stderr, /unknown-key\.toml/);
    assert.match(stderr, /colour/);
  });

  describe('do not prevent a node from validating', () => {
    let chain;

    before(async () => {
      chain = await net.node('alice').connect();
    });
    after(async () => {
      await chain.disconnect();
      await dave.stop();
      dave.start();
      await dave.waitForFinality(1);
    });

    /** Starts Dave's node again with this configuration. @returns {() => string} what it has logged since */
    async function restartWith(file) {
      await dave.stop();
      const before = dave.log().length;
      dave.start(file);
      await dave.waitForFinality(1);
      return () => dave.log().slice(before);
    }

    async function ensureValidating() {
      const made = async () => (await dave.metric('substrate_proposer_block_constructed_count')) > 0;
      await until('a block made by Dave', SOON, made, () => net.status());
      const own = await dave.connect();
      try {
        await chainGoesOn(own);
      } finally {
        await own.disconnect();
      }
    }

    it('a configuration with an unknown key', async () => {
      const log = await restartWith(withUnknownKey());
      assert.match(log(), PATTERNS.doesNotStart);
      assert.match(log(), /colour/);
      await ensureValidating();
    });

    it('records that grow during a study: the log counts the rows, the attestations show it', async () => {
      const csv = records();
      const log = await restartWith(variant('grows', { csv }));
      const study = await openStudy(chain, { rounds: 8 });
      const isFinalised = ({ phase }) => phase.kind === 'Finalised';
      await roundWhere(chain, study, 1, 'Finalised', isFinalised);
      const five = csv.split('\n').slice(1, 6).join('\n') + '\n';
      appendFileSync(join(dirname(dave.configuration), 'variants', 'grows.csv'), five);
      const { phase, committed } = await roundWhere(chain, study, 8, 'Finalised', isFinalised);
      assert.equal(committed.length, 4, JSON.stringify(phase));
      const rows = csv.trimEnd().split('\n').length - 1;
      assert.match(log(), new RegExp(`grows\\.csv have changed: 5 rows came, 0 went, ${rows} stayed`));
      const numbers = Array.from({ length: 8 }, (_, index) => index + 1);
      const rounds = await Promise.all(numbers.map((round) => readRound(chain, study, round)));
      const [, , , { address }] = await signers();
      assert.deepEqual(
        recordChanges(rounds).map(({ hospital }) => hospital),
        [address],
      );
    });

    it('records with text in a number: its hospital misses the round, the others finalise it', async () => {
      const log = await restartWith(variant('bad', { csv: BROKEN_RECORDS[1].break(records()) }));
      const study = await openStudy(chain, { collectingBlocks: '12s' });
      await until('the error in the log', SOON, () => BROKEN_RECORDS[1].message.test(log()));
      await completed(chain, study);
      const [, , , { address }] = await signers();
      const { committed } = await roundWhere(
        chain,
        study,
        1,
        'Finalised',
        ({ phase }) => phase.kind === 'Finalised',
      );
      assert.equal(committed.length, 3);
      assert.ok(!committed.includes(address));
      await ensureValidating();
    });
  });
});
