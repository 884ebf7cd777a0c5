// Times and blocks: deadlines on the chain are numbers of blocks, people think in seconds.

/** @import { Chain } from './types.js' */

const UNITS = /** @type {Record<string, number>} */ ({ s: 1, min: 60, h: 3600, d: 86_400 });
const NAMES = /** @type {[string, number][]} */ ([
  ['d', 86_400],
  ['h', 3600],
  ['min', 60],
]);

/**
 * Milliseconds from block to block, as the chain specification has them.
 *
 * @param {Chain} chain
 */
export async function slotDuration({ api }) {
  return /** @type {any} */ (await api.call.auraApi.slotDuration()).toNumber();
}

/**
 * Number of blocks in a time, rounded up.
 *
 * @param {number | string} time a number of blocks, or a text such as 90s, 5min, 2h or 1d
 * @param {number} slot milliseconds
 */
export function blocksIn(time, slot) {
  if (typeof time === 'number') return time;
  const [, count, unit] = /^(\d+)(s|min|h|d)$/.exec(time) ?? [];
  if (!unit) throw new Error(`${time} is not a time such as 90s, 5min, 2h or 1d, or a number of blocks`);
  return Math.ceil((Number(count) * (UNITS[unit] ?? 0) * 1000) / slot);
}

/**
 * Blocks with the time that they take: `60 blocks (1 min)`.
 *
 * @param {number} blocks
 * @param {number} slot milliseconds
 */
export function describeBlocks(blocks, slot) {
  const seconds = (blocks * slot) / 1000;
  const [unit, length] = NAMES.find(([, length]) => seconds % length === 0 && seconds > 0) ?? ['s', 1];
  return `${blocks} block${blocks === 1 ? '' : 's'} (${seconds / length} ${unit})`;
}
