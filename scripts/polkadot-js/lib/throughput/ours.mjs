// Updates that the chain accepts per second, each with an ML-DSA-65 signature that it verifies.

import { join } from 'node:path';
import { openStudies, proposeAgreement, signAgreement, studySpec } from '@consilium/client';
import { u8aToHex } from '@polkadot/util';
import { cryptoWaitReady } from '@polkadot/util-crypto';
import { signingPayload } from '../commitment.mjs';
import { studySchema } from '../study-file.mjs';
import { hospitals, writeConsortium } from './consortium.mjs';
import { batchesOf, Feed, PoolDepth } from './feed.mjs';
import { withLoneNode } from './lone-node.mjs';
import { underLoad } from './run.mjs';
import { signAll } from './signing.mjs';

const IN_BLOCK = { until: 'in-block' };

/** The only round of each study; nobody attests, so that it never ends. */
const ROUND = 1;

/** Blocks of Collecting: more than the load lasts, so that only complete attempts end. */
const COLLECTING_BLOCKS = 100_000;

const MODEL = { features: 1, classes: 2 };

/** Bytes of an update for this model (`PlainUpdate::encoded_length` in primitives/src/artifact.rs). */
const UPDATE_BYTES = 8 + 12 + 32 + 1 + 8 * 2;

const CONTENT = {
  blobs: [{ hash: `0x${'5a'.repeat(32)}`, length: UPDATE_BYTES }],
  packages: [],
  examples: 1,
  suites: ['Plain'],
};

/**
 * Measures `model_updates.commit_update` on a fresh chain with one node.
 *
 * @param {object} options
 * @param {string} options.binaries folder of consilium-node
 * @param {string} options.folder for the node's files; must not exist
 * @param {number} [options.members] hospitals, at most as many as the chain admits
 * @param {number} [options.studies] at the same time, at most as many as the chain runs
 * @param {number} [options.attempts] of each study; in each, every hospital commits once
 * @param {object} [options.parameters] of the chain, such as `slotDuration`
 */
export async function measureOurs(options) {
  const { binaries, folder, members = 64, studies = 16, attempts = 5, parameters } = options;
  await cryptoWaitReady();
  const all = hospitals(members);
  const binary = join(binaries, 'consilium-node');
  const chainFile = `${folder}.json`;
  writeConsortium(binary, chainFile, all, parameters);
  return withLoneNode({ binary, folder, chain: chainFile }, async (chain, node) => {
    const agreement = await signedAgreement(chain, all);
    const ids = Array.from({ length: studies }, (_, index) => index);
    const batches = batchesOf(ids, attempts);
    // The first hospital opens the studies, each with a transaction of its own.
    const nonces = await nextNonces(chain, all);
    nonces[0] += studies;
    const transactions = await presign(chain, all, batches, nonces);
    await open(chain, all, agreement, ids);
    const feed = new Feed(batches.map((batch, index) => ({ ...batch, transactions: transactions[index] })));
    const depth = new PoolDepth(members, members * studies);
    return underLoad(chain, node, {
      accounts: all.map(({ signer }) => signer.address),
      nonces,
      count: batches.length,
      event: 'modelUpdates.UpdateCommitted',
      feed: async (push, { number, at, included }) => {
        if (feed.length === 0) return;
        const sent = (batches.length - feed.length) * members;
        const most = depth.batchesToSend(sent, included);
        // One batch after the other, so that the first studies are complete while the last ones wait.
        for (const batch of feed.take(await readRounds(at, ids), number, most))
          batch.transactions.forEach((transaction, hospital) => push(hospital, [transaction]));
      },
    });
  });
}

/** An agreement that all have signed. */
async function signedAgreement(chain, all) {
  const [first, ...others] = all.map(({ signer }) => signer);
  const parties = all.map(({ signer }) => signer.address);
  const terms = { purpose: 'throughput', document: `0x${'00'.repeat(32)}`, parties, expiresAt: null };
  const agreement = await proposeAgreement(chain, terms, first, IN_BLOCK);
  await Promise.all(others.map((signer) => signAgreement(chain, agreement, signer, IN_BLOCK)));
  return agreement;
}

const nextNonces = ({ api }, all) =>
  Promise.all(
    all.map(async ({ signer }) => (await api.rpc.system.accountNextIndex(signer.address)).toNumber()),
  );

/** Opens the studies. Their ids count from 0, because no other was opened on this chain. */
async function open(chain, all, agreement, expected) {
  const spec = studySpec(studySchema, {
    agreement,
    title: 'Throughput',
    schema: `0x${'00'.repeat(32)}`,
    hospitals: all.map(({ signer }) => signer.address),
    scheme: 'plain',
    model: MODEL,
    max_attempts: 2 ** 32 - 1,
    collecting_blocks: COLLECTING_BLOCKS,
    attesting_blocks: 1,
  });
  const specs = expected.map(() => spec);
  const ids = await openStudies(chain, specs, all[0].signer);
  if (ids.join() !== expected.join()) throw new Error(`the studies have the ids ${ids}, not ${expected}`);
}

/** The signed transactions, by batch and hospital. */
async function presign({ api }, all, batches, nonces) {
  const genesis = api.genesisHash.toHex();
  const call = ({ study, attempt }, signature) =>
    api.tx.modelUpdates.commitUpdate(study, ROUND, attempt, { ...CONTENT, signature });
  const encoded = call(batches[0], '0x').args[3];
  const jobs = all.map(({ signer, mlDsa65 }) => ({
    secretKey: mlDsa65.secretKey,
    payloads: batches.map((batch) =>
      signingPayload({ ...batch, genesis, round: ROUND, publicKey: signer.publicKey }, encoded),
    ),
  }));
  const signatures = await signAll(jobs);
  return batches.map((batch, index) =>
    all.map(({ signer }, hospital) => {
      const transaction = call(batch, u8aToHex(signatures[hospital][index]));
      return signedHex(api, transaction, signer, nonces[hospital] + index);
    }),
  );
}

/** A call as a transaction that is valid until its nonce is used. */
export function signedHex(api, call, signer, nonce) {
  const { genesisHash, runtimeVersion } = api;
  return call.sign(signer, { nonce, era: 0, blockHash: genesisHash, genesisHash, runtimeVersion }).toHex();
}

/** The rounds under way, by study. */
async function readRounds(at, studies) {
  const found = await at.query.rounds.rounds.multi(studies.map((study) => [study, ROUND]));
  const rounds = found.map((round) => round.unwrap());
  return new Map(
    rounds.map(({ attempt, phase, deadline }, index) => [
      studies[index],
      { attempt: attempt.toNumber(), phase: phase.type, deadline: deadline.toNumber() },
    ]),
  );
}
