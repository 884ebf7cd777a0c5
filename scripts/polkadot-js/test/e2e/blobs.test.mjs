import assert from 'node:assert/strict';
import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { blobFile, chainGoesOn, commitmentOf, completed, network, openStudies, roundWhere, signers } from './shared.mjs';

const flipLastByte = (file) => {
  const bytes = readFileSync(file);
  bytes[bytes.length - 1] ^= 1;
  // The store's files may be read-only.
  rmSync(file);
  writeFileSync(file, bytes);
};

/** What happens to whose blob, between its commitment and the attestations. */
const CASES = [
  { what: 'removed', victim: 0, harm: (file) => rmSync(file) },
  { what: 'truncated', victim: 1, harm: (file) => truncateSync(file, 40) },
  { what: 'altered', victim: 2, harm: flipLastByte },
];

describe('an update whose blob is', () => {
  let net;
  let chain;
  let accounts;
  let studies;

  before(async () => {
    net = await network();
    chain = await net.node('alice').connect();
    accounts = (await signers()).map(({ address }) => address);
    // Without Dave no round leaves Collecting before its deadline: time to do harm.
    const dave = net.node('dave');
    await net.waitUntilAllVote();
    dave.signal('SIGSTOP');
    studies = await openStudies(
      chain,
      CASES.map(({ what }) => ({ title: what, collectingBlocks: 30 })),
    );
    for (const [index, { victim, harm }] of CASES.entries()) {
      await roundWhere(chain, studies[index], 1, 'three updates', ({ committed }) => committed.length === 3);
      const commitment = await commitmentOf(chain, studies[index], 1, accounts[victim]);
      // polkadot.js adds "_" to the names of fields that its own types use.
      harm(await blobFile(commitment.blobs[0].hash_.toHex()));
    }
    dave.signal('SIGCONT');
  });
  after(async () => {
    net.node('dave').process?.kill('SIGCONT');
    await chain.disconnect();
  });

  for (const [index, { what, victim }] of CASES.entries()) {
    it(`${what} does not count, and the round is finalised without it`, async () => {
      await completed(chain, studies[index]);
      const round = await roundWhere(chain, studies[index], 1, 'Finalised', ({ phase }) => phase === 'Finalised');
      assert.deepEqual(round.excluded, [{ hospital: accounts[victim], fault: 'Unavailable' }]);
      assert.ok(!round.committed.includes(accounts[victim]));
      assert.ok(round.committed.length >= 3);
    });
  }

  it('gone keeps no block from being final', () => chainGoesOn(chain));
});
