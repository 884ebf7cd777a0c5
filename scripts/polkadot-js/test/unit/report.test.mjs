import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { finalTable, RoundTable } from '../../lib/report.mjs';
import { pooled } from '../../lib/study.mjs';
import { shortNames, table } from '../../lib/table.mjs';

const names = { a: 'Alice General', b: 'Bob Clinic' };
const name = (account) => names[account];
const word = (hospital, examples, accuracy, auc, logLoss) => ({ hospital, verdict: 'Accept', metrics: { examples, accuracy, auc, logLoss } });
const study = { id: 0, seed: '42', hospitals: ['a', 'b'], maxRounds: 2 };
const entry = { committed: ['b'], attestations: [word('a', 30, 0.8, 0.9, 0.4), word('b', 10, 0.4, null, 0.8)] };

describe('pooled metrics', () => {
  it('are weighted by test records', () => {
    const { examples, accuracy, logLoss } = pooled(entry.attestations);
    assert.equal(examples, 40);
    assert.ok(Math.abs(accuracy - 0.7) < 1e-12);
    assert.ok(Math.abs(logLoss - 0.5) < 1e-12);
  });

  it('leave out the AUC of hospitals that have none', () => {
    assert.ok(Math.abs(pooled(entry.attestations).auc - 0.9) < 1e-12);
    assert.equal(pooled([entry.attestations[1]]).auc, null);
  });

  it('are none when nobody reported', () => {
    assert.equal(pooled([]), null);
    assert.equal(pooled([{ hospital: 'a', verdict: 'RejectUpdate', metrics: null }]), null);
  });
});

describe('the live table', () => {
  it('has a line for each round: metrics of each hospital and pooled, seconds, who committed', () => {
    const rounds = new RoundTable([study], name);
    assert.equal(
      rounds.head(),
      [
        'round    Alice                Bob                  pooled               seconds  committed',
        '         acc   AUC   loss     acc   AUC   loss     acc   AUC*  loss',
      ].join('\n'),
    );
    assert.equal(
      rounds.round({ study: 0, round: 1, entry, seconds: 8.04 }),
      '1/2      0.800 0.900 0.4000   0.400     - 0.8000   0.700 0.900 0.5000       8.0  Bob',
    );
  });

  it('says which study when there are several, and shows silence', () => {
    const rounds = new RoundTable([study, { ...study, id: 1 }], name);
    const silent = { committed: [], attestations: [entry.attestations[0]] };
    assert.equal(
      rounds.round({ study: 1, round: 2, entry: silent, seconds: null }),
      '1        2/2      0.800 0.900 0.4000   -                    0.800 0.900 0.4000         -',
    );
  });
});

describe('the final table', () => {
  it('has each hospital and all together', () => {
    const rows = finalTable([{ study, last: entry, seconds: [7, 9] }], name).split('\n');
    assert.equal(rows.length, 5);
    assert.match(rows[2], /^ +0 +42 +Alice General +30 +0\.800 +0\.900 +0\.4000$/);
    assert.match(rows[4], /^ +0 +42 +pooled \* +40 +0\.700 +0\.900 +0\.5000 +8\.0$/);
  });
});

describe('a table', () => {
  it('aligns numbers to the right and text to the left', () => {
    assert.equal(table(['name', 'n'], [['Alice', '5'], ['Bob', '10']]), 'name    n\n-----  --\nAlice   5\nBob    10');
  });

  it('shortens names as far as they stay different', () => {
    assert.deepEqual(shortNames(['Alice General', 'Bob Clinic']), ['Alice', 'Bob']);
    assert.deepEqual(shortNames(['St Mary', 'St John', 'Bob']), ['St Mary', 'St John', 'Bob']);
  });
});
