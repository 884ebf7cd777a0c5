// One run: sends transactions, waits until all are in blocks, and reads the blocks.

import { withDeadline } from '@consilium/client';
import { Lanes } from './lanes.mjs';
import { buildTimes, summarise } from './statistics.mjs';

/** WebSockets to the node. */
const CONNECTIONS = 4;

/** Longest time without a block, or without a transaction of the load in one. */
const STALL_SECONDS = 120;

/** @typedef {(account: number, transactions: string[]) => void} Push takes the index of their account */

/**
 * Transactions that were signed before the run. Each account sends `count` of them, whose nonces begin with
 * its entry in `nonces`. One that was included deposits an `event` such as `system.Remarked`.
 *
 * `feed` is called with each new final block, and with how many of the transactions are in blocks; it pushes
 * those that may be sent now.
 *
 * @typedef {{ number: number, at: object, included: number }} Head
 * @typedef {{ accounts: string[], nonces: number[], count: number, event: string,
 *   feed: (push: Push, head: Head) => Promise<void> }} Load
 */

/**
 * Puts a node under load, and measures until all transactions are in blocks.
 *
 * Transactions are sent when a block is final, not when it is the best one: what is in the pool then is
 * validated again, and gets in line behind what was sent in the meantime.
 *
 * @param {Chain} chain
 * @param {Program} node its log says how long blocks took to build
 * @param {Load} load
 */
export async function underLoad(chain, node, load) {
  const { api } = chain;
  const lanes = await Lanes.open(chain.url, CONNECTIONS);
  try {
    const before = (await api.rpc.chain.getHeader()).number.toNumber();
    const after = await sendAll(api, lanes, load);
    const builds = buildTimes(node.log());
    const blocks = await readBlocks(api, before, after, load.event);
    const timed = blocks.map((block) => ({ build: null, end: null, ...block, ...builds.get(block.number) }));
    return summarise(timed, limits(api));
  } finally {
    await lanes.close();
  }
}

/** @returns {Promise<number>} the block with the last transaction */
async function sendAll(api, lanes, { accounts, nonces, count, feed }) {
  const push = (account, transactions) => lanes.push(account, transactions);
  const total = count * accounts.length;
  let [most, since] = [0, Date.now()];
  for await (const { number, at } of finalBlocks(api)) {
    const present = await at.query.system.account.multi(accounts);
    const included = sum(present.map(({ nonce }, index) => nonce.toNumber() - nonces[index]));
    if (included >= total) return number;
    if (lanes.refusal) throw new Error(`the pool refused a transaction: ${lanes.refusal}`);
    if (included > most) [most, since] = [included, Date.now()];
    if (Date.now() - since > STALL_SECONDS * 1000)
      throw new Error(
        `${total - included} transactions are in no block; the last was ${STALL_SECONDS} s ago`,
      );
    await feed(push, { number, at, included });
  }
  throw new Error('there are no more blocks');
}

/** The last final block, now and whenever there is another; those that come in between are skipped. */
async function* finalBlocks(api) {
  let wake;
  let news = new Promise((resolve) => (wake = resolve));
  const stop = await api.rpc.chain.subscribeFinalizedHeads((head) => wake(head));
  try {
    for (;;) {
      const { hash, number } = await withDeadline(news, STALL_SECONDS, `no block in ${STALL_SECONDS} s`);
      news = new Promise((resolve) => (wake = resolve));
      yield { number: number.toNumber(), at: await api.at(hash) };
    }
  } finally {
    stop();
  }
}

const sum = (values) => values.reduce((total, value) => total + value, 0);

/** What the transactions of one block may use together. */
function limits({ consts: { system } }) {
  const { maxTotal, maxExtrinsic } = system.blockWeights.perClass.normal;
  return {
    weight: (maxTotal.isSome ? maxTotal : maxExtrinsic).unwrap().refTime.toNumber(),
    length: system.blockLength.max.normal.toNumber(),
  };
}

async function readBlocks(api, first, last, event) {
  const blocks = [];
  for (let number = first; number <= last; number += 1) blocks.push(await readBlock(api, number, event));
  return blocks;
}

async function readBlock(api, number, event) {
  const hash = await api.rpc.chain.getBlockHash(number);
  const at = await api.at(hash);
  const [events, weight, now, { block }] = await Promise.all([
    at.query.system.events(),
    at.query.system.blockWeight(),
    at.query.timestamp.now(),
    api.rpc.chain.getBlock(hash),
  ]);
  const names = events.map(({ event: { section, method } }) => `${section}.${method}`);
  const count = (wanted) => names.filter((name) => name === wanted).length;
  return {
    number,
    time: now.toNumber(),
    included: count(event),
    failed: count('system.ExtrinsicFailed'),
    weight: weight.normal.refTime.toNumber(),
    length: block.extrinsics.reduce((total, { encodedLength }) => total + encodedLength, 0),
  };
}
