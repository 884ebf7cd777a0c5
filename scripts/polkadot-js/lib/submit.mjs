// Transactions, from signing to finality.

import { until } from './wait.mjs';

/** The pool did not take a transaction: `code` is that of the JSON-RPC error. */
export class PoolRefusal extends Error {
  constructor(message, code) {
    super(message);
    this.code = code;
  }
}

/** A transaction is in a block and failed there: `error` is the pallet's name for it, such as `rounds.NotCollecting`. */
export class DispatchFailure extends Error {
  constructor(message, error) {
    super(message);
    this.error = error;
  }
}

/** Another transaction of the same account took the nonce; the next try gets a new one. */
class NonceTaken extends Error {}

/** Codes of the pool (sc-rpc-api, author): invalid, usurped by one of higher priority, already there. */
const INVALID = 1010;
const TOO_LOW_PRIORITY = 1014;
const ALREADY_IMPORTED = 1013;

/** The invalidity that the chain's membership check gives (`NOT_A_MEMBER` in pallet-hospital-registry). */
const NOT_A_MEMBER = 'Custom error: 1';

const TRIES = 5;

/** Longest time without a block. */
const SECONDS_TO_BLOCK = 60;

/**
 * Signs and sends a call and waits for its block.
 *
 * The hospital's own node signs with the same account, so another transaction may take the nonce; without a given
 * `nonce` that is tried again.
 *
 * @param {'in-block' | 'finalised'} until how long to wait.
 * @returns {Promise<{ block: string, events: object[] }>} the block's hash and the transaction's own events.
 * @throws {PoolRefusal | DispatchFailure}
 */
export async function submit(api, call, signer, { until: stage = 'finalised', nonce } = {}) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await submitOnce(api, call, signer, stage, nonce ?? -1);
    } catch (error) {
      if (!(error instanceof NonceTaken)) throw error;
      if (nonce !== undefined || attempt === TRIES) throw new PoolRefusal(error.message, TOO_LOW_PRIORITY);
      await nextBlock(api);
    }
  }
}

/** Signs and sends calls of one account that take effect in their order, and waits for all. */
export async function submitAll(api, calls, signer, { until: stage = 'finalised' } = {}) {
  const first = (await api.rpc.system.accountNextIndex(signer.address)).toNumber();
  return Promise.all(
    calls.map((call, index) => submit(api, call, signer, { until: stage, nonce: first + index })),
  );
}

/** Waits for a new best block: by then the other transaction is out of the pool. */
async function nextBlock(api) {
  const best = async () => (await api.rpc.chain.getHeader()).number.toNumber();
  const present = await best();
  await until('a new block', SECONDS_TO_BLOCK, async () => (await best()) > present);
}

function submitOnce(api, call, signer, stage, nonce) {
  return new Promise((resolve, reject) => {
    let unsubscribe;
    let settled = false;
    const settle = (action, value) => {
      if (settled) return;
      settled = true;
      unsubscribe?.();
      action(value);
    };
    const follow = ({ status, events, dispatchError }) => {
      const done = stage === 'in-block' ? status.isInBlock || status.isFinalized : status.isFinalized;
      if (status.isUsurped || status.isInvalid) {
        settle(reject, new NonceTaken(`another transaction of ${signer.address} took its place`));
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

function poolRefusal(error, signer) {
  const text = error.data ? `${error.message}: ${error.data}` : error.message;
  if (error.code === TOO_LOW_PRIORITY || error.code === ALREADY_IMPORTED || /outdated/i.test(text)) {
    return new NonceTaken(`another transaction of ${signer.address} took its place`);
  }
  if (error.code === INVALID && text.includes(NOT_A_MEMBER)) {
    return new PoolRefusal(
      `refused in the pool: ${signer.address} is no active member (${text})`,
      error.code,
    );
  }
  return new PoolRefusal(`refused in the pool: ${text}`, error.code ?? null);
}

/** A dispatch error in the pallet's words. */
export function dispatchFailure(api, error) {
  if (!error.isModule) return new DispatchFailure(`the chain refused it: ${error.toString()}`, error.type);
  const { section, name, docs } = api.registry.findMetaError(error.asModule);
  return new DispatchFailure(
    `the chain refused it: ${section}.${name}: ${docs.join(' ').trim()}`,
    `${section}.${name}`,
  );
}

/** The first event of this name among those of a transaction, such as `accessControl.AgreementProposed`. */
export function findEvent(events, name) {
  const found = events.find(({ section, method }) => `${section}.${method}` === name);
  if (!found)
    throw new Error(`the transaction succeeded without the event ${name}; is this chain's version another?`);
  return found;
}
