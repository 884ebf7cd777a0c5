// A connection to a node.

import { connect as openSocket } from 'node:net';
import { ApiPromise, WsProvider } from '@polkadot/api';

/** Transaction extensions that polkadot.js does not know; none carries anything. */
const nothing = { extrinsic: {}, payload: {} };
const signedExtensions = { AuthorizeCall: nothing, CheckMembership: nothing, WeightReclaim: nothing };

/** Milliseconds a node may take to answer the first time. */
const CONNECT_TIMEOUT = 20_000;

/**
 * Connects to a node.
 *
 * @param {string} url such as ws://127.0.0.1:9944
 * @returns {Promise<Chain>} the polkadot.js `api`, `rpc(method, ...parameters)` for any RPC method with its plain
 *   JSON answer, and `disconnect()`.
 */
export async function connect(url) {
  await ensureListening(url);
  const provider = new WsProvider(url, 1000, {}, CONNECT_TIMEOUT);
  const api = await ApiPromise.create({ provider, signedExtensions, noInitWarn: true, throwOnConnect: true });
  return {
    api,
    url,
    rpc: (method, ...parameters) => provider.send(method, parameters),
    disconnect: () => api.disconnect(),
  };
}

/** Runs `action` with a connection, which is closed in the end. */
export async function withChain(url, action) {
  const chain = await connect(url);
  try {
    return await action(chain);
  } finally {
    await chain.disconnect();
  }
}

/** WsProvider would try for ever and only log; a script should say what is wrong. */
function ensureListening(url) {
  let address;
  try {
    address = new URL(url);
  } catch {
    address = null;
  }
  if (!address || !['ws:', 'wss:'].includes(address.protocol)) {
    throw new Error(`${url} is not the address of a node; expected one such as ws://127.0.0.1:9944`);
  }
  const port = Number(address.port || (address.protocol === 'wss:' ? 443 : 80));
  return new Promise((resolve, reject) => {
    const fail = () => {
      socket.destroy();
      reject(new Error(`nothing answers at ${url}; is the node running? Give its address with --node`));
    };
    const socket = openSocket({
      host: address.hostname.replace(/^\[|\]$/g, ''),
      port,
      timeout: CONNECT_TIMEOUT,
    });
    socket.once('connect', () => {
      socket.destroy();
      resolve();
    });
    socket.once('error', fail);
    socket.once('timeout', fail);
  });
}
