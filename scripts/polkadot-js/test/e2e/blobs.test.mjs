import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { readRound, readTrail, until } from '@consilium/client';
import { blobPath } from '../../lib/blobs.mjs';
import { blobFolder } from '../../lib/hospitals.mjs';
import {
  blobFile,
  chainGoesOn,
  commitmentOf,
  completed,
  LATER,
  network,
  openStudies,
  roundWhere,
  signers,
} from './shared.mjs';

const flipLastByte = (file) => {
  const bytes = readFileSync(file);
  bytes[bytes.length - 1] ^= 1;
  // The store's files may be read-only.
  rmSync(file);
  writeFileSync(file, bytes);
};

/** What happens to the blob of which hospital, between its commitment and the attestations. */
const CASES = [
  { what: 'removed', victim: 0, harm: (file) => rmSync(file) },
  { what: 'truncated', victim: 1, harm: (file) => truncateSync(file, 40) },
  { what: 'altered', victim: 2, harm: flipLastByte },
];

/** A study whose hospitals delete what they published soon after. */
const SHORT_LIVED = {
  title: 'short-lived',
  scheme: 'committee',
  collectingBlocks: '60s',
  attestingBlocks: '20s',
  retentionBlocks: 2,
};

describe('an update whose blob is', () => {
  let net;
  let chain;
  let accounts;
  let studies;
  let shortLived;

  before(async () => {
    net = await network();
    chain = await net.node('alice').connect();
    accounts = (await signers()).map(({ address }) => address);
    // Without Dave no round leaves Collecting before its deadline: time to do harm.
    const dave = net.node('dave');
    await net.waitUntilAllVote();
    dave.signal('SIGSTOP');
    const opened = [...CASES.map(({ what }) => ({ title: what, collectingBlocks: '60s' })), SHORT_LIVED];
    studies = await openStudies(chain, opened);
    for (const [index, { victim, harm }] of CASES.entries()) {
      await roundWhere(chain, studies[index], 1, 'three updates', ({ committed }) => committed.length === 3);
      const commitment = await commitmentOf(chain, studies[index], 1, accounts[victim]);
      harm(await blobFile(commitment.blobs[0].hash));
    }
    dave.signal('SIGCONT');
    const id = studies.at(-1);
    await roundWhere(chain, id, 1, 'four updates', ({ committed }) => committed.length === 4);
    const commitments = await Promise.all(accounts.map((account) => commitmentOf(chain, id, 1, account)));
    const store = blobFolder(net.folder);
    const files = commitments.flatMap(({ blobs }) => blobs.map(({ hash }) => blobPath(store, hash)));
    shortLived = { id, store, files };
  });
  after(async () => {
    net.node('dave').process?.kill('SIGCONT');
    await chain.disconnect();
  });

  for (const [index, { what, victim }] of CASES.entries()) {
    it(`${what} does not count, and the round is finalised without it`, async () => {
      await completed(chain, studies[index]);
      const round = await roundWhere(
        chain,
        studies[index],
        1,
        'Finalised',
        ({ phase }) => phase.kind === 'Finalised',
      );
      assert.deepEqual(round.excluded, [{ hospital: accounts[victim], fault: 'Unavailable' }]);
      assert.ok(!round.committed.includes(accounts[victim]));
      assert.ok(round.committed.length >= 3);
    });
  }

  it('is deleted by its hospital after the retention, as the trail records; the model stays', async () => {
    const { id, store, files } = shortLived;
    assert.equal(files.length, 16);
    const { artifact } = await completed(chain, id);
    const deletions = async () => {
      const { records } = await readTrail(chain, `study/${id}`);
      return records.filter(({ action }) => action === 'UpdateDeleted');
    };
    await until(`four deletions in study ${id}`, LATER, async () => (await deletions()).length === 4);
    assert.deepEqual(new Set((await deletions()).map(({ actor }) => actor)), new Set(accounts));
    assert.deepEqual((await readRound(chain, id, 1)).commitments, []);
    assert.deepEqual(files.filter(existsSync), []);
    assert.ok(existsSync(blobPath(store, artifact)));
  });

  it('gone does not hinder finality', () => chainGoesOn(chain));
});
