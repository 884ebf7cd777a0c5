import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { blobFolder, HOSPITALS } from '../../lib/hospitals.mjs';
import { Kme, PORTS_OF_A_KME, prepareKmes, quantumTable, setEavesdropper } from '../../lib/kmes.mjs';
import { freePorts } from '../../lib/ports.mjs';
import { until } from '@consilium/client';
import { chainGoesOn, completed, network, openStudy, roundWhere, SOON } from './shared.mjs';
import { PATTERNS } from './patterns.mjs';
import { SEALED_MAGIC } from './sealed.mjs';

/** The first bytes of a share package that is not sealed. */
const PACKAGE_MAGIC = 'CSLMshr1';
const SUITE = 'QkdMlKem768';
const QKD = { scheme: 'committee', weakestSuite: 'qkd-ml-kem-768' };

describe('hospitals with quantum links', () => {
  let net;
  let chain;
  let kmes;

  const kme = (id) => kmes.find((one) => one.id === id);

  before(async () => {
    net = await network();
    const ports = await freePorts(HOSPITALS.length * PORTS_OF_A_KME);
    const binary = join(process.env.E2E_BINARIES, 'consilium-kme');
    const places = prepareKmes(net.folder, binary, HOSPITALS, { topology: 'star', ports });
    kmes = places.map((place) => new Kme(net.folder, binary, place));
    kmes.forEach((one) => one.start());
    await kme('alice').waitForLinks('up');
    // The nodes read the new configurations.
    for (const [index, node] of net.nodes.entries()) {
      const table = Object.entries(quantumTable(net.folder, HOSPITALS, ports, HOSPITALS[index]));
      const qkd = table.map(([key, value]) => `${key} = ${JSON.stringify(value)}`).join('\n');
      const text = `${readFileSync(node.configuration, 'utf8')}\n[qkd]\n${qkd}\n`;
      node.quantumConfiguration = node.configuration.replace(/\.toml$/, '-quantum.toml');
      writeFileSync(node.quantumConfiguration, text);
    }
    await net.stop();
    net.nodes.forEach((node) => node.start(node.quantumConfiguration));
    await Promise.all(net.nodes.map((node) => node.waitForFinality(1)));
    chain = await net.node('alice').connect();
    await chainGoesOn(chain);
    await net.waitUntilAllVote();
  });

  after(async () => {
    await chain?.disconnect();
    await Promise.all((kmes ?? []).map((one) => one.kill()));
    await net.stop();
    net.nodes.forEach((node) => node.start());
    await Promise.all(net.nodes.map((node) => node.waitForFinality(1)));
    await net.waitUntilAllVote();
  });

  /** The suites of all blobs of a round. */
  const suites = async (study, round) =>
    (await chain.rpc('rounds_round', study, round)).commitments.flatMap((commitment) => commitment.suites);

  it('seal every share with keys of both kinds, and nothing leaves them in the clear', async () => {
    const store = blobFolder(net.folder);
    const before = new Set(readdirSync(store));
    const capture = await Capture.start(join(net.folder, 'loopback.pcap'));
    const study = await openStudy(chain, { title: 'Quantum', rounds: 2, ...QKD });
    await completed(chain, study);
    const bytes = await capture.stop();

    for (const round of [1, 2]) assert.deepEqual(await suites(study, round), Array(16).fill(SUITE));
    const blobs = readdirSync(store)
      .filter((name) => !before.has(name))
      .map((name) => readFileSync(join(store, name)));
    assert.ok(blobs.filter((blob) => blob.toString('latin1', 0, 8) === SEALED_MAGIC).length >= 32);
    assert.ok(
      blobs.every((blob) => !blob.includes(PACKAGE_MAGIC)),
      'a package lies open in the store',
    );
    if (bytes !== null) {
      assert.ok(bytes.length > 100_000, `only ${bytes.length} bytes were captured`);
      assert.ok(!bytes.includes(PACKAGE_MAGIC), 'a package crossed the network in the clear');
    }
    const metrics = await (await fetch(`${kme('alice').operator}/metrics`)).text();
    assert.match(metrics, PATTERNS.keysDelivered);
  });

  it('fail closed while there is an eavesdropper, report why, and go on when it is gone', async () => {
    // Stored keys would last for long: a KME that starts has none.
    await kme('bob').kill();
    await kme('alice').waitForLinks('down', 'kme-bob');
    await setEavesdropper(kmes, ['alice', 'bob'], 1);
    kme('bob').start();
    const [tapped] = await kme('alice').waitForLinks('aborted', 'kme-bob');
    assert.match(tapped.last_abort, PATTERNS.eavesdropping);

    const study = await openStudy(chain, {
      title: 'Tapped',
      maxAttempts: 20,
      collectingBlocks: '12s',
      ...QKD,
    });
    await roundWhere(chain, study, 1, 'a failed attempt', ({ attempt }) => attempt > 1);
    await until("the reason in Alice's log", SOON, async () =>
      PATTERNS.noKeyFromBob.test(net.node('alice').log()),
    );
    assert.deepEqual((await chain.rpc('rounds_round', study, 1)).artifact, null);
    await chainGoesOn(chain);

    await setEavesdropper(kmes, ['alice', 'bob'], 0);
    await kme('alice').waitForLinks('up', 'kme-bob');
    await completed(chain, study);
    // A hospital that was late does not count in this attempt.
    const all = await suites(study, 1);
    assert.ok(all.length >= 12 && all.every((suite) => suite === SUITE), all.join(' '));
  });

  it('do without where the study allows it, which the chain shows', async () => {
    await kme('dave').kill();
    const study = await openStudy(chain, { title: 'Fallback', ...QKD, weakestSuite: 'ml-kem-768' });
    await completed(chain, study);
    const all = await suites(study, 1);
    // Of Dave and for Dave, but for what he seals for himself.
    assert.equal(all.filter((suite) => suite === 'MlKem768').length, 6);
    assert.equal(all.filter((suite) => suite === SUITE).length, 10);
    kme('dave').start();
    await kme('alice').waitForLinks('up', 'kme-dave');
  });

  it('survive a key management entity that is stopped, frozen and killed, and report why', async () => {
    kme('charlie').signal('SIGSTOP');
    const study = await openStudy(chain, {
      title: 'Frozen',
      maxAttempts: 20,
      collectingBlocks: '24s',
      ...QKD,
    });
    await until("the reason in Charlie's log", SOON, async () =>
      PATTERNS.noAnswerOfKme.test(net.node('charlie').log()),
    );
    await chainGoesOn(chain);
    await kme('charlie').kill();
    kme('charlie').start();
    await kme('alice').waitForLinks('up', 'kme-charlie');
    await completed(chain, study);
    // A hospital that was late does not count in this attempt.
    const all = await suites(study, 1);
    assert.ok(all.length >= 12 && all.every((suite) => suite === SUITE), all.join(' '));
  });
});

/** What crosses the loopback interface, if this process may see it. */
class Capture {
  static async start(file) {
    const process = spawn('tcpdump', ['-i', 'lo', '-s', '0', '-U', '-w', file, 'tcp'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const ready = new Promise((resolve) => {
      process.once('error', () => resolve(false));
      process.once('exit', () => resolve(false));
      process.stderr.on('data', (text) => text.includes('listening on') && resolve(true));
    });
    return new Capture(process, file, await ready);
  }

  constructor(process, file, runs) {
    Object.assign(this, { process, file, runs });
  }

  /** All bytes, or null when none could be captured. */
  async stop() {
    if (!this.runs) return null;
    const ended = new Promise((resolve) => this.process.once('exit', resolve));
    this.process.kill('SIGINT');
    await ended;
    return readFileSync(this.file);
  }
}
