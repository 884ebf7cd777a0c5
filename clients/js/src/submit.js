// Transactions, from signing to finality.

import { until } from './wait.js';

/** @import { ApiPromise } from '@polkadot/api' */
/** @typedef {import('@polkadot/types/types').IKeyringPair} Signer */
/** @typedef {import('@polkadot/api/types').SubmittableExtrinsic<'promise'>} Call */
/** @typedef {{ block: string, events: any[] }} Submitted the block's hash and the transaction's own events */

/**
 * How long to wait (by default until the transaction is final), and the nonce (by default the next one).
 *
 * @typedef {{ until?: 'in-block' | 'finalised', nonce?: number }} Options
 */

/** The pool refused a transaction: `code` is that of the JSON-RPC error. */
export class PoolRefusal extends Error {
  /** @param {string} message @param {number | null} code */
  constructor(message, code) {
    super(message);
    this.code = code;
  }
}

/** A transaction failed in its block: `error` is the pallet's name for it, such as `rounds.NotCollecting`. */
export class DispatchFailure extends Error {
  /** @param {string} message @param {string} error */
  constructor(message, error) {
    super(message);
    this.error = error;
  }
}

/** Another transaction of the same account took the nonce; the next attempt gets a new one. */
class NonceTaken extends Error {}

/** Codes of the pool (sc-rpc-api, author): invalid, usurped by one of higher priority, already there. */
const INVALID = 1010;
const TOO_LOW_PRIORITY = 1014;
const ALREADY_IMPORTED = 1013;

/** The invalidity of the chain's membership check (`NOT_A_MEMBER` in pallet-hospital-registry). */
const NOT_A_MEMBER = 'Custom error: 1';

const ATTEMPTS = 5;

/** Longest time without a block. */
const SECONDS_TO_BLOCK = 60;

/**
 * Signs and sends a call and waits for its block.
 *
 * The hospital's own node signs with the same account, so another transaction may take the nonce; then,
 * unless the nonce is given, the call is sent again.
 *
 * @param {ApiPromise} api
 * @param {Call} call
 * @param {Signer} signer
 * @param {Options} [options]
 * @returns {Promise<Submitted>}
 * @throws {PoolRefusal | DispatchFailure}
 */
export async function submit(api, call, signer, { until: stage = 'finalised', nonce } = {}) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await submitOnce(api, call, signer, stage, nonce ?? -1);
    } catch (error) {
      if (!(error instanceof NonceTaken)) throw error;
      if (nonce !== undefined || attempt === ATTEMPTS) throw new PoolRefusal(error.message, TOO_LOW_PRIORITY);
      await nextBlock(api);
    }
  }
}

/**
 * Signs and sends calls of one account that take effect in their order, and waits for all.
 *
 * @param {ApiPromise} api
 * @param {Call[]} calls
 * @param {Signer} signer
 * @param {Options} [options]
 */
export async function submitAll(api, calls, signer, options) {
  const first = (await api.rpc.system.accountNextIndex(signer.address)).toNumber();
  return Promise.all(
    calls.map((call, index) => submit(api, call, signer, { ...options, nonce: first + index })),
  );
}

/** Waits for a new best block: by then the other transaction has left the pool. @param {ApiPromise} api */
async function nextBlock(api) {
  const best = async () => (await api.rpc.chain.getHeader()).number.toNumber();
  const present = await best();
  await until('a new block', SECONDS_TO_BLOCK, async () => (await best()) > present);
}

/**
 * @param {ApiPromise} api
 * @param {Call} call
 * @param {Signer} signer
 * @param {'in-block' | 'finalised'} stage
 * @param {number} nonce
 * @returns {Promise<Submitted>}
 */
function submitOnce(api, call, signer, stage, nonce) {
  return new Promise((resolve, reject) => {
    /** @type {(() => void) | undefined} */
    let unsubscribe;
    let settled = false;
    /** @template T @param {(value: T) => void} action @param {T} value */
    const settle = (action, value) => {
      if (settled) return;
      settled = true;
      unsubscribe?.();
      action(value);
    };
    /** @param {import('@polkadot/types/types').ISubmittableResult} result */
    const follow = ({ status, events, dispatchError }) => {
      const done = status.isFinalized || (stage === 'in-block' && status.isInBlock);
      if (status.isUsurped || status.isInvalid) {
        settle(reject, nonceTaken(signer));
      } else if (status.isDropped || status.isFinalityTimeout) {
        settle(reject, new PoolRefusal(`the pool dropped the transaction: ${status.type}`, null));
      } else if (done && dispatchError) {
        settle(reject, dispatchFailure(api, dispatchError));
      } else if (done) {
        const block = (status.isFinalized ? status.asFinalized : status.asInBlock).toHex();
        settle(resolve, { block, events: events.map(({ event }) => event) });
      }
    };
    call.signAndSend(signer, { nonce }, follow).then(
      (stop) => {
        unsubscribe = stop;
        if (settled) stop();
      },
      (error) => settle(reject, poolRefusal(error, signer)),
    );
  });
}

/** @param {Signer} signer */
const nonceTaken = ({ address }) => new NonceTaken(`another transaction of ${address} took its place`);

/** @param {any} error @param {Signer} signer */
function poolRefusal({ message, code = null, data }, signer) {
  const text = data ? `${message}: ${data}` : message;
  if (code === TOO_LOW_PRIORITY || code === ALREADY_IMPORTED || /outdated/i.test(text))
    return nonceTaken(signer);
  if (code === INVALID && text.includes(NOT_A_MEMBER)) {
    return new PoolRefusal(`refused in the pool: ${signer.address} is not an active member (${text})`, code);
  }
  return new PoolRefusal(`refused in the pool: ${text}`, code);
}

/**
 * A dispatch error in the pallet's words.
 *
 * @param {ApiPromise} api
 * @param {import('@polkadot/types/interfaces').DispatchError} error
 */
function dispatchFailure(api, error) {
  if (!error.isModule) return new DispatchFailure(`the chain refused it: ${error.toString()}`, error.type);
  const { section, name, docs } = api.registry.findMetaError(error.asModule);
  const text = docs.join(' ').replace(/\s+/g, ' ').trim();
  return new DispatchFailure(`the chain refused it: ${section}.${name}: ${text}`, `${section}.${name}`);
}

/**
 * The first event of this name among those of a transaction, such as `accessControl.AgreementProposed`.
 *
 * @param {any[]} events
 * @param {string} name
 */
export function findEvent(events, name) {
  const found = events.find(({ section, method }) => `${section}.${method}` === name);
  if (!found)
    throw new Error(
      `the transaction succeeded without the event ${name}; is this another version of the chain?`,
    );
  return found;
}
