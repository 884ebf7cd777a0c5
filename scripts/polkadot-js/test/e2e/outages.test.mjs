import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { HOSPITALS } from '../../lib/hospitals.mjs';
import { Namespaces, obstacle } from '../../lib/namespaces.mjs';
import { Network } from '../../lib/network.mjs';
import { Trial } from '../../lib/outage.mjs';

/** Seconds for which nodes are cut off; benchmark-outage.mjs has longer ones. */
const AWAY = 40;

/** Blocks that a phase waits for a member that has just gone. */
const PHASES = { collectingBlocks: 8, attestingBlocks: 20, stepBlocks: 8 };

describe('an outage', { skip: obstacle() ?? false }, () => {
  let namespaces;
  let network;
  let trial;

  before(async () => {
    const { E2E_FOLDER: folder, E2E_BINARIES: binaries } = process.env;
    namespaces = await Namespaces.create(HOSPITALS.map(({ id }) => id));
    network = await Network.create(join(folder, 'outages'), binaries, namespaces);
    await network.start();
    trial = await Trial.create(network, namespaces, PHASES);
  });

  after(async () => {
    await trial?.stop();
    await network?.stop();
    await namespaces?.close();
  });

  it('of one of four is waited for once, and it comes back by itself', async () => {
    const seen = await trial.oneAway('dave', AWAY);
    assert.equal(seen.aborted, 0);
    assert.ok(seen.roundsMeanwhile > 0, JSON.stringify(seen));
    assert.ok(seen.blocksOfARoundMeanwhile <= 1.2 * seen.blocksOfARoundBefore, JSON.stringify(seen));
  });

  it('of two of four costs time and nothing else', async () => {
    const seen = await trial.severalAway(['charlie', 'dave'], AWAY);
    const { aborted, named, absent, stalled, resumed } = seen;
    assert.deepEqual(
      { aborted, named, absent, stalled, resumed },
      { aborted: 0, named: 0, absent: 0, stalled: 1, resumed: 1 },
    );
    assert.ok(seen.blocksUntilItGoesOn <= 10, JSON.stringify(seen));
  });
});
