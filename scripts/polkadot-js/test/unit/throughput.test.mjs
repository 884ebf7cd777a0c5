import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ml_dsa65 } from '@noble/post-quantum/ml-dsa';
import { batchesOf, Feed, opensNext, PoolDepth } from '../../lib/throughput/feed.mjs';
import { signAll } from '../../lib/throughput/signing.mjs';
import { buildTimes, median, summarise } from '../../lib/throughput/statistics.mjs';

const collecting = (attempt) => ({ attempt, phase: 'Collecting', deadline: 1000 });
const attesting = (attempt, deadline) => ({ attempt, phase: 'Attesting', deadline });

describe('an attempt', () => {
  it('accepts commitments in the next block while it is collecting', () => {
    assert.equal(opensNext(collecting(3), 3, 20), true);
    assert.equal(opensNext(collecting(3), 2, 20), false);
    assert.equal(opensNext(collecting(3), 4, 20), false);
  });

  it('is open in the next block when the deadline of the one before has come', () => {
    assert.equal(opensNext(attesting(3, 21), 4, 20), false);
    assert.equal(opensNext(attesting(3, 21), 4, 21), true);
    assert.equal(opensNext(attesting(3, 21), 3, 21), false);
    assert.equal(opensNext(attesting(3, 21), 5, 21), false);
  });
});

describe('the feed', () => {
  it('has all studies in each attempt', () => {
    assert.deepEqual(batchesOf([4, 5], 2), [
      { study: 4, attempt: 1 },
      { study: 5, attempt: 1 },
      { study: 4, attempt: 2 },
      { study: 5, attempt: 2 },
    ]);
  });

  it('takes batches in their order, up to the first whose attempt is not open', () => {
    const feed = new Feed(batchesOf([0, 1, 2], 2));
    const rounds = (...all) => new Map(all.map((round, study) => [study, round]));
    const taken = (...args) => feed.take(...args).map(({ study, attempt }) => [study, attempt]);
    assert.deepEqual(taken(rounds(collecting(1), collecting(1), collecting(1)), 10, 2), [
      [0, 1],
      [1, 1],
    ]);
    // Study 1 is open again before study 2 was fed and study 0 is: it waits for both.
    assert.deepEqual(taken(rounds(attesting(1, 12), collecting(2), collecting(1)), 11, 9), [[2, 1]]);
    assert.deepEqual(taken(rounds(attesting(1, 12), collecting(2), collecting(1)), 11, 9), []);
    assert.equal(feed.length, 3);
    assert.deepEqual(taken(rounds(attesting(1, 12), collecting(2), attesting(1, 13)), 12, 9), [
      [0, 2],
      [1, 2],
    ]);
    assert.deepEqual(taken(rounds(collecting(2), collecting(2), collecting(2)), 14, 9), [[2, 2]]);
    assert.equal(feed.length, 0);
  });

  it('keeps two blocks in the pool', () => {
    const depth = new PoolDepth(64, 1024);
    assert.equal(depth.batchesToSend(0, 0), 8);
    // 402 are in the pool, and 220 shall be.
    assert.equal(depth.batchesToSend(512, 110), 0);
    assert.equal(depth.batchesToSend(512, 220), 0);
    // 192 are in the pool: one batch fills it up.
    assert.equal(depth.batchesToSend(512, 320), 1);
    assert.equal(depth.batchesToSend(576, 320), 0);
  });

  it('keeps less in the pool when blocks are large, but a batch more than a block takes', () => {
    const large = new PoolDepth(64, 1024);
    assert.equal(large.batchesToSend(0, 0), 8);
    // Of 1024 two blocks may be closed: 424 shall be in the pool, and 212 are.
    assert.equal(large.batchesToSend(512, 300), 4);
    const largest = new PoolDepth(64, 1024);
    assert.equal(largest.batchesToSend(0, 0), 8);
    assert.equal(largest.batchesToSend(512, 500), 9);
  });
});

const LIMITS = { weight: 500e9, length: 1000 };
const block = (number, included, more = {}) => ({
  ...{ number, included, time: 2000 * number, failed: 0, weight: included * 2e9, length: included * 3 },
  ...{ build: included, end: 'HitBlockWeightLimit', ...more },
});

describe('the throughput', () => {
  it('leaves out the first and the last block with transactions', () => {
    const blocks = [block(7, 0), block(8, 90), block(9, 200), block(10, 240), block(11, 30), block(12, 0)];
    const result = summarise(blocks, LIMITS);
    assert.deepEqual(result.transactionsPerSecond, { fullBlocks: 110, bestBlock: 120 });
    assert.deepEqual(result.perBlock, [200, 240]);
    assert.equal(result.perBlockMedian, 220);
    assert.equal(result.blocks, 2);
    assert.equal(result.included, 560);
    assert.equal(result.blockSeconds, 2);
    assert.ok(Math.abs(result.weightShare - 0.88) < 1e-9, `${result.weightShare}`);
    assert.equal(result.blockBuildMs, 220);
    assert.equal(result.limit, 'HitBlockWeightLimit');
    assert.deepEqual(result.perTransaction, { weightMs: 2, buildMs: 1, bytes: 3 });
    assert.equal(result.transactionsPerSecondByBuildTime, 250);
  });

  it('counts blocks without transactions between others, and time that passed without blocks', () => {
    const blocks = [0, 100, 200, 0, 200, 50].map((included, index) => block(index, included));
    for (const late of blocks.slice(4)) late.time += 2000;
    const { transactionsPerSecond, perBlock } = summarise(blocks, LIMITS);
    assert.deepEqual(perBlock, [200, 0, 200]);
    assert.deepEqual(transactionsPerSecond, { fullBlocks: 50, bestBlock: 100 });
  });

  it('reports transactions that failed, and does not count them', () => {
    const blocks = [block(0, 0), block(1, 9), block(2, 5, { failed: 4 }), block(3, 9), block(4, 1)];
    const { failed, included, perBlock } = summarise(blocks, LIMITS);
    assert.deepEqual([failed, included, perBlock], [4, 24, [5, 9]]);
  });

  it('is unknown with fewer than three blocks of transactions', () => {
    for (const blocks of [[block(0, 0)], [block(0, 0), block(1, 9), block(2, 9)]]) {
      assert.throws(() => summarise(blocks, LIMITS), /fewer than three blocks/);
    }
  });

  it('does without a log', () => {
    const blocks = [0, 9, 9, 9].map((included, n) => block(n, included, { build: null, end: null }));
    const { blockBuildMs, limit, perTransaction, ...rest } = summarise(blocks, LIMITS);
    assert.deepEqual([blockBuildMs, limit, perTransaction.buildMs], [null, null, null]);
    assert.equal(rest.transactionsPerSecondByBuildTime, null);
  });

  it('has medians', () => {
    assert.equal(median([3, 1, 2]), 2);
    assert.equal(median([4, 1, 2, 3]), 2.5);
    assert.equal(median([]), null);
  });
});

describe('the log of a node', () => {
  it('says how long blocks took to build, and why they were not fuller', () => {
    const log = [
      '2026-11-25 08:20:28 🏆 Imported #11 (0x1111…1111 → 0x2222…2222)',
      '2026-11-25 08:20:28 🎁 Prepared block for proposing at 11 (265 ms) hash: 0x92; parent_hash: 0x5e…f3; ' +
        'end: HitBlockWeightLimit; extrinsics_count: 223',
      '2026-11-25 08:20:30 🎁 Prepared block for proposing at 12 (1 ms) hash: 0xed; parent_hash: 0xb2…90; ' +
        'end: NoMoreTransactions; extrinsics_count: 1',
    ].join('\n');
    assert.deepEqual(
      [...buildTimes(log)],
      [
        [11, { build: 265, end: 'HitBlockWeightLimit' }],
        [12, { build: 1, end: 'NoMoreTransactions' }],
      ],
    );
  });
});

describe('signatures of several keys', () => {
  it('come in the order of keys and payloads', async () => {
    const keys = [1, 2, 3].map((byte) => ml_dsa65.keygen(new Uint8Array(32).fill(byte)));
    const payloads = keys.map((_, index) => [0, 1].map((second) => Uint8Array.of(index, second)));
    const signatures = await signAll(
      keys.map(({ secretKey }, index) => ({ secretKey, payloads: payloads[index] })),
    );
    assert.equal(signatures.length, keys.length);
    keys.forEach(({ publicKey }, key) =>
      payloads[key].forEach((payload, index) =>
        assert.ok(ml_dsa65.verify(publicKey, payload, signatures[key][index]), `key ${key}, ${index}`),
      ),
    );
  });
});
