// A connection to a node.

import { ApiPromise, WsProvider } from '@polkadot/api';

/** @import { Chain } from './types.js' */

/** Transaction extensions that polkadot.js does not know; none has content. */
const empty = { extrinsic: {}, payload: {} };
const signedExtensions = { AuthorizeCall: empty, CheckMembership: empty, WeightReclaim: empty };

/**
 * As polkadot.js has it, but for its log: `submit` reports refusals, and sends again when the hospital's own
 * node was faster with a nonce ("1014: Priority is too low").
 */
const submitAndWatchExtrinsic = {
  description: 'Submits a transaction and watches its status',
  isSigned: true,
  params: [{ name: 'extrinsic', type: 'Extrinsic' }],
  pubsub: ['extrinsicUpdate', 'submitAndWatchExtrinsic', 'unwatchExtrinsic'],
  type: 'ExtrinsicStatus',
  noErrorLog: true,
};

/** Milliseconds a node may take to answer the first time. */
const CONNECT_TIMEOUT = 20_000;

/** Connects to a node. @param {string} url such as ws://127.0.0.1:9944 @returns {Promise<Chain>} */
export async function connect(url) {
  const provider = new WsProvider(url, 1000, {}, CONNECT_TIMEOUT);
  const api = await ApiPromise.create({
    ...{ provider, signedExtensions, noInitWarn: true, throwOnConnect: true },
    rpc: { author: { submitAndWatchExtrinsic } },
  });
  return {
    api,
    url,
    // polkadot.js puts the code of an error in front of its message.
    rpc: (method, ...parameters) =>
      provider.send(method, parameters).catch((error) => {
        throw Object.assign(new Error(error.message.replace(/^-?\d+: /, '')), { code: error.code });
      }),
    disconnect: () => api.disconnect(),
  };
}
