// From blocks to transactions per second.

/**
 * A block under load: `time` is its timestamp, and `build` how long building it took according to the node,
 * both in milliseconds; `end` says why the node added no further transaction. `weight` is that of the
 * transactions, in picoseconds, `length` their length in bytes.
 *
 * @typedef {{ number: number, time: number, included: number, failed: number, weight: number, length: number,
 *   build: number | null, end: string | null }} Block
 */

const sum = (values) => values.reduce((total, value) => total + value, 0);

/** The median; null of nothing. */
export function median(values) {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2;
}

/** The most frequent value, the first of several; null of nothing. */
function mostFrequent(values) {
  const counts = new Map();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].reduce((best, one) => (one[1] > best[1] ? one : best), [null, 0])[0];
}

/**
 * The throughput of consecutive blocks, of which the first is the last one before the load.
 *
 * The first and the last block with transactions are left out: when the load begins and ends, they are partly
 * filled. A transaction that failed in its block does not count.
 *
 * @param {Block[]} blocks
 * @param {{ weight: number, length: number }} limits of the transactions of one block
 */
export function summarise(blocks, limits) {
  const used = blocks.map(({ included }) => included > 0);
  const first = used.indexOf(true) + 1;
  const last = used.lastIndexOf(true) - 1;
  if (!used.includes(true) || first > last) {
    throw new Error('fewer than three blocks have transactions; send more of them');
  }
  const full = blocks.slice(first, last + 1);
  const seconds = full.map(({ time }, index) => (time - blocks[first + index - 1].time) / 1000);
  const included = sum(full.map((block) => block.included));
  const built = full.filter(({ build }) => build !== null);
  const buildSeconds = sum(built.map(({ build }) => build)) / 1000;
  const buildPerTransaction = built.length > 0 ? buildSeconds / sum(built.map((b) => b.included)) : null;
  const blockSeconds = sum(seconds) / full.length;
  const weightSeconds = limits.weight / 1e12;
  return {
    transactionsPerSecond: {
      fullBlocks: included / sum(seconds),
      bestBlock: Math.max(...full.map((block, index) => block.included / seconds[index])),
    },
    included: sum(blocks.map((block) => block.included)),
    failed: sum(blocks.map(({ failed }) => failed)),
    blocks: full.length,
    perBlock: full.map((block) => block.included),
    perBlockMedian: median(full.map((block) => block.included)),
    blockSeconds,
    weightShare: median(full.map(({ weight }) => weight / limits.weight)),
    lengthShare: median(full.map(({ length }) => length / limits.length)),
    blockBuildMs: median(built.map(({ build }) => build)),
    // Why blocks were not fuller, as the node's log has it.
    limit: mostFrequent(built.map(({ end }) => end)),
    perTransaction: {
      weightMs: (sum(full.map(({ weight }) => weight)) / included) * 1e-9,
      buildMs: buildPerTransaction === null ? null : buildPerTransaction * 1000,
      bytes: sum(full.map(({ length }) => length)) / included,
    },
    // As many as would fit if a transaction's weight were the time in which its part of a block is built.
    transactionsPerSecondByBuildTime:
      buildPerTransaction === null ? null : weightSeconds / buildPerTransaction / blockSeconds,
  };
}

const PREPARED = /Prepared block for proposing at (\d+) \((\d+) ms\).* end: (\w+);/;

/** How long building each block took, and why it ended, by the block's number, from a node's log. */
export function buildTimes(log) {
  const found = log
    .split('\n')
    .map((line) => PREPARED.exec(line))
    .filter(Boolean);
  return new Map(found.map(([, number, build, end]) => [Number(number), { build: Number(build), end }]));
}
