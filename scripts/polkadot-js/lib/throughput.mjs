// Throughput of the chain against the stock solochain template of polkadot-sdk, one after the other.

import { join } from 'node:path';
import { measureOurs } from './throughput/ours.mjs';
import { measureStock } from './throughput/stock.mjs';

/**
 * Measures updates that the chain accepts per second, and the stock template's remarks.
 *
 * @param {object} options
 * @param {string} options.binaries folder of consilium-node
 * @param {string | null} [options.stock] path of solochain-template-node; without it only ours is measured
 * @param {string} options.folder an existing folder for logs and databases
 * @param {number} [options.slot] milliseconds from block to block of our chain
 * @param {object} [options.ours] further options of `measureOurs`
 * @param {object} [options.template] further options of `measureStock`
 * @returns {Promise<{ ours: object, stock: object | null, ratio: number | null }>} the ratio of full blocks'
 *   transactions per second
 */
export async function measureThroughput({ binaries, stock = null, folder, slot, ours = {}, template = {} }) {
  const parameters = slot === undefined ? {} : { slotDuration: slot };
  const own = await measureOurs({ binaries, folder: join(folder, 'ours'), parameters, ...ours });
  const other = stock && (await measureStock({ node: stock, folder: join(folder, 'stock'), ...template }));
  const ratio = other && own.transactionsPerSecond.fullBlocks / other.transactionsPerSecond.fullBlocks;
  return { ours: own, stock: other, ratio };
}
