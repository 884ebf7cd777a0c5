import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { submit, until } from '@consilium/client';
import { execute } from '../../lib/execute.mjs';
import { HOSPITALS } from '../../lib/hospitals.mjs';
import { Kme, PORTS_OF_A_KME, prepareKmes, quantumTable } from '../../lib/kmes.mjs';
import { metric } from '../../lib/node-status.mjs';
import { freePorts } from '../../lib/ports.mjs';
import { checksIn, doctor, hospitalStatus, newKeys, Onlooker, qkdTable, variant } from './startup/faults.mjs';
import { writeOtherRuntime } from './startup/other-runtime.mjs';
import { shiftedClock } from './startup/shifted-clock.mjs';
import { IN_BLOCK, network, openStudy, signers, SOON } from './shared.mjs';

const THREE_YEARS = 3 * 365 * 24 * 3600;

/** How the KME of Charlie knows his hospital, which is registered as sae-charlie. */
const OTHER_SAE = 'sae-other';

describe('a hospital that does not take part', () => {
  let net;
  let chain;
  let kme;
  let study;
  let clock;
  let folder;
  const onlookers = {};
  const since = {};

  /** What a node has logged since it was started with its fault. */
  const log = (node) => node.log().slice(since[node.id] ?? 0);

  const nodeOf = (id) => onlookers[id] ?? net.node(id);

  /** Bob: another ML-DSA key than the registered one. */
  function otherSigningKey() {
    const keys = newKeys(net.node('bob'), join(folder, 'bob-keys'));
    return variant(net.node('bob'), 'other-ml-dsa', (toml) =>
      // Bob has changed his keys if the topic `rotation` ran before.
      toml.replace(/^ml_dsa_65 = .*$/m, `ml_dsa_65 = ${JSON.stringify(join(keys, 'ml-dsa-65.key'))}`),
    );
  }

  /** Charlie: another ML-KEM key, and a KME that knows him by another SAE id. */
  async function otherReceiver() {
    const charlie = net.node('charlie');
    const members = HOSPITALS.map((one) => (one.id === 'charlie' ? { ...one, saeId: OTHER_SAE } : one));
    const ports = await freePorts(members.length * PORTS_OF_A_KME);
    const binary = join(process.env.E2E_BINARIES, 'consilium-kme');
    const home = join(folder, 'kmes-of-charlie');
    const places = prepareKmes(home, binary, members, { topology: 'star', ports });
    kme = new Kme(
      home,
      binary,
      places.find(({ id }) => id === 'charlie'),
    );
    kme.start();
    const table = quantumTable(
      home,
      members,
      ports,
      members.find(({ id }) => id === 'charlie'),
    );
    const keys = newKeys(charlie, join(folder, 'charlie-keys'));
    return variant(
      charlie,
      'other-ml-kem',
      (toml) =>
        toml.replace(/^ml_kem_768 = .*$/m, `ml_kem_768 = ${JSON.stringify(join(keys, 'ml-kem-768.key'))}`) +
        qkdTable(table),
    );
  }

  /**
   * Dave: a file in the way of the store, a schema that is not the study's, and certificates of three years
   * ago for a KME that is down.
   */
  async function otherSurroundings() {
    const dave = net.node('dave');
    const pki = join(folder, 'expired');
    const names = ['--kme', 'kme-dave=127.0.0.1', '--sae', 'sae-dave'];
    execute('env', [
      ...Object.entries(shiftedClock(folder, -THREE_YEARS)).map(([name, value]) => `${name}=${value}`),
      ...[join(process.env.E2E_BINARIES, 'consilium-kme'), 'certs', '--out', pki, ...names],
    ]);
    const store = join(folder, 'file-in-the-way');
    writeFileSync(store, '');
    const [port] = await freePorts(1);
    return variant(dave, 'other-surroundings', (toml) => {
      const [, schema] = /^schema = "(.*)"$/m.exec(toml);
      const other = join(dirname(dave.configuration), 'other-schema.toml');
      const text = readFileSync(schema, 'utf8');
      writeFileSync(other, text.replace(/(name = "age"[^\n]*\ntype = )"numeric"/, '$1"ignored"'));
      const file = (name) => join(pki, name);
      const qkd = { kme: `https://127.0.0.1:${port}`, ca: file('ca.pem'), certificate: file('sae-dave.pem') };
      return (
        toml
          .replace(JSON.stringify(schema), JSON.stringify(other))
          .replace(/^store = .*$/m, `store = ${JSON.stringify(store)}`) +
        qkdTable({ ...qkd, key: file('sae-dave.key'), store_key: 'keys/key-store.key' })
      );
    });
  }

  /** Eve: keys that nobody has registered, and a clock that is 45 seconds ahead. */
  function stranger() {
    const keys = newKeys(net.node('alice'), join(folder, 'eve-keys'));
    return variant(net.node('alice'), 'eve', (toml) => toml.replaceAll('"keys/', `"${keys}/`));
  }

  before(async () => {
    net = await network();
    folder = join(net.folder, 'startup');
    execute('mkdir', ['-p', folder]);
    chain = await net.node('alice').connect();
    await net.waitUntilAllVote();
    const faults = {
      bob: otherSigningKey(),
      charlie: await otherReceiver(),
      dave: await otherSurroundings(),
    };
    clock = shiftedClock(folder, 45);
    const ports = await freePorts(9);
    onlookers.eve = new Onlooker(net, 'eve', ports.slice(0, 3));
    onlookers.eve.start(stranger(), clock);
    for (const [index, [id, difference]] of Object.entries({ older: -1, newer: 1 }).entries()) {
      const chainSpec = join(folder, `${id}.json`);
      const versions = writeOtherRuntime(net.node('alice').binary, chainSpec, difference);
      onlookers[id] = new Onlooker(net, id, ports.slice(3 * (index + 1)), { chainSpec, alone: true });
      Object.assign(onlookers[id], { id, versions });
      onlookers[id].start(net.node('alice').configuration);
    }
    onlookers.eve.id = 'eve';
    for (const [id, file] of Object.entries(faults)) {
      const node = net.node(id);
      await node.stop();
      since[id] = node.log().length;
      node.start(file);
    }
    await Promise.all(net.nodes.map((node) => node.waitForFinality(1)));
    // Without three of its four hospitals it stays in Collecting.
    study = await openStudy(chain, { title: 'Startup', quorum: 4, collectingBlocks: '600s' });
  });

  after(async () => {
    await Promise.all(Object.values(onlookers).map((node) => node.stop()));
    await kme?.kill();
    for (const id of ['bob', 'charlie', 'dave']) await net.node(id).stop();
    for (const id of ['bob', 'charlie', 'dave']) net.node(id).start();
    await Promise.all(net.nodes.map((node) => node.waitForFinality(1)));
    await net.waitUntilAllVote();
    await chain.disconnect();
  });

  /** Each fault: whose it is, its check and state, and what the one line says. */
  const FAULTS = [
    ['bob', 'ml-dsa-key', 'failed', /keys\.ml_dsa_65, .*neither trains nor computes.*rotate-keys\.mjs/],
    ['charlie', 'ml-kem-key', 'failed', /keys\.ml_kem_768, .*neither trains nor computes/],
    [
      'charlie',
      'sae-id',
      'failed',
      /knows this hospital as sae-other, but the registered SAE id is sae-charlie/,
    ],
    ['charlie', 'kme', 'failed', /the KME has no keys for sae-alice now; ask its operator/],
    ['dave', 'hospital', 'failed', /does not run, .*file-in-the-way is not a folder/],
    ['dave', 'store', 'failed', /file-in-the-way is not a folder; remove the file/],
    ['dave', 'schemas', 'failed', /needs the schema 0x.*other-schema\.toml.*use the study's schema/],
    [
      'dave',
      'certificates',
      'failed',
      /sae-dave\.pem: it expired on 20\d\d-\d\d-\d\d; have a new one issued/,
    ],
    ['dave', 'kme', 'failed', /127\.0\.0\.1.*(certificate|cannot be reached)/],
    ['eve', 'member', 'failed', /is not a member.*hospitalRegistry\.admit/],
    ['eve', 'clock', 'failed', /clock is 4\d s ahead of those of the other nodes; set it by NTP/],
    ['older', 'runtime', 'warning', /runtime has version \d+ and is older than this node.*upgrade the chain/],
    ['newer', 'runtime', 'warning', /is older than the chain's, which has \d+: update consilium-node/],
  ];

  for (const [id, check, state, message] of FAULTS) {
    it(`says so in log, metric and status: ${check} of ${id}`, async () => {
      const node = nodeOf(id);
      const inLog = () =>
        log(node)
          .split('\n')
          .filter((line) => line.includes(`check \`${check}\``));
      await until(
        `the check ${check} in the log of ${id}`,
        SOON,
        () => inLog().length > 0,
        async () => hospitalStatus(node).text,
      );
      const lines = inLog();
      assert.equal(lines.length, 1, lines.join('\n'));
      assert.match(lines[0], state === 'failed' ? /ERROR/ : /WARN/);
      assert.match(lines[0], message);
      assert.equal(checksIn(await (await fetch(node.metricsUrl)).text())[check], state);
      const { status } = hospitalStatus(node, '--json');
      const found = status.checks.find(({ name }) => name === check);
      assert.equal(found.state, state);
      assert.match(found.message, message);
      assert.match(hospitalStatus(node).text, message);
    });
  }

  it('but has only the faults that it has', async () => {
    const healthy = checksIn(await (await fetch(net.node('alice').metricsUrl)).text());
    assert.deepEqual(
      Object.entries(healthy).filter(([, state]) => !['ok', 'unknown'].includes(state)),
      [],
    );
    const bob = hospitalStatus(net.node('bob'), '--json').status;
    assert.deepEqual(
      bob.checks.filter(({ state }) => state === 'failed').map(({ name }) => name),
      ['ml-dsa-key'],
    );
  });

  it('shows what is missing in the round under way, and why, and sends nothing that fails', async () => {
    const { status } = hospitalStatus(net.node('bob'), '--json');
    const { tasks, phase } = status.studies.find(({ id }) => id === study);
    assert.equal(phase, 'Collecting');
    const update = tasks.find(({ task }) => task === 'update');
    assert.equal(update.stage, 'missing');
    assert.match(update.reason, /is not the registered key/);
    assert.equal(tasks.find(({ task }) => task === 'attestation').stage, 'later');
    assert.deepEqual(status.refusals, []);
    const stageOfAlice = async () => {
      const { studies } = hospitalStatus(net.node('alice'), '--json').status;
      return studies.find(({ id }) => id === study)?.tasks[0].stage;
    };
    await until("Alice's update", SOON, async () => (await stageOfAlice()) === 'done', stageOfAlice);
    assert.doesNotMatch(log(net.node('bob')), /published/);
  });

  it('explains a refused transaction, once with the remedy and then with its number', async () => {
    const alice = net.node('alice');
    const before = alice.log().length;
    const [signer] = await signers();
    const call = () => chain.api.tx.modelUpdates.deleteUpdate(4_000_000_000, 1);
    for (let times = 0; times < 2; times += 1)
      await assert.rejects(submit(chain.api, call(), signer, IN_BLOCK), /StudyNotFound/);
    const lines = () =>
      alice
        .log()
        .slice(before)
        .split('\n')
        .filter((line) => /the chain refused/.test(line));
    await until('both in the log', SOON, () => lines().length >= 2);
    const [first, second] = lines();
    assert.match(
      first,
      /ERROR.*modelUpdates\.deleteUpdate.*rounds\.StudyNotFound: There is no study with this id\. Remedy: /,
    );
    assert.match(second, /WARN.*again.*2 times/);
    const text = await alice.metrics();
    assert.equal(metric(text, 'consilium_hospital_failed_transactions_total', 'error="StudyNotFound"'), 2);
    const { refusals } = hospitalStatus(alice, '--json').status;
    // Topics that ran before have left others.
    const found = refusals.find(({ error }) => error === 'rounds.StudyNotFound');
    assert.equal(found?.times, 2, JSON.stringify(refusals));
  });

  it('is told to a doctor with a running node, and without one', () => {
    const bob = net.node('bob');
    const running = doctor(bob.binary, ['--url', bob.url]);
    assert.equal(running.code, 1);
    assert.match(running.text, /FAILED +ml-dsa-key/);
    assert.match(running.text, /checks that failed: ml-dsa-key/);
    for (const key of ['ml-dsa-65.key', 'ml-kem-768.key', 'account.key']) {
      const secret = readFileSync(join(dirname(bob.configuration), 'keys', key), 'utf8').trim();
      assert.ok(!running.text.includes(secret), `${key} is in the output`);
    }
    const [nowhere, file] = ['http://127.0.0.1:9', join(dirname(net.node('dave').configuration))];
    const later = ['--url', nowhere, '--hospital', join(file, 'other-surroundings.toml')];
    const without = doctor(bob.binary, later);
    assert.equal(without.code, 1);
    assert.match(without.text, /checks that failed: node, certificates, store, kme/);
    assert.match(doctor(bob.binary, ['--url', nowhere]).text, /nothing answers .*--hospital/);
  });

  it('keeps its status from callers that are not local', async () => {
    const answer = await fetch(net.node('alice').url.replace('ws', 'http'), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'hospital_status', params: [] }),
    });
    assert.ok((await answer.json()).result.checks.length > 0);
    const safe = new Onlooker(net, 'safe', await freePorts(3), { alone: true });
    safe.args.push('--rpc-methods', 'safe');
    safe.start();
    try {
      const refused = async () => /run this on its machine/.test(hospitalStatus(safe).text);
      await until('a refusal', SOON, refused, async () => hospitalStatus(safe).text);
    } finally {
      await safe.stop();
    }
  });

  for (const [what, place, option] of [
    ['JSON-RPC', 0, '--rpc-port'],
    ['peer-to-peer network', 1, '--listen-addr'],
  ]) {
    it(`does not start with another port when its own is taken: ${what}`, async () => {
      const ports = await freePorts(3);
      const [rpc, p2p] = [
        new URL(net.node('alice').url).port,
        /tcp\/(\d+)/.exec(net.nodes[0].args.join(' '))[1],
      ];
      ports[place] = [rpc, p2p][place];
      const second = new Onlooker(net, `taken-${place}`, ports);
      second.start();
      assert.deepEqual(await second.ended, { code: 1, signal: null });
      assert.match(second.log(), new RegExp(`${what}: cannot listen on .*:${ports[place]}: .*in use`));
      assert.match(second.log(), new RegExp(option));
    });
  }

  it('stops without an error in its log', async () => {
    const node = new Onlooker(net, 'stopping', await freePorts(3));
    node.start();
    await until('a final block', SOON, async () => {
      const text = await (await fetch(node.metricsUrl).catch(() => null))?.text();
      return text && metric(text, 'substrate_block_height', 'status="finalized"') > 0;
    });
    assert.deepEqual(await node.stop(), { code: 0, signal: null });
    assert.doesNotMatch(node.log(), / ERROR |Essential task/);
  });
});
