// A connection to a node, with an error when there is none.

import { connect as openSocket } from 'node:net';
import { connect as connectClient } from '@consilium/client';

/** Milliseconds a node may take to accept a connection. */
const CONNECT_TIMEOUT = 20_000;

/** Connects to a node as the client library does. */
export async function connect(url) {
  await ensureListening(url);
  return connectClient(url);
}

/** Runs `action` with a connection, which is closed in the end. */
export const withChain = (url, action) => withChains([url], ([chain]) => action(chain));

/**
 * Runs `action` with connections to several nodes, which are closed in the end, also when a node does not
 * answer.
 */
export async function withChains(urls, action) {
  const opened = await Promise.allSettled(urls.map(connect));
  try {
    const failed = opened.find(({ status }) => status === 'rejected');
    if (failed) throw failed.reason;
    return await action(opened.map(({ value }) => value));
  } finally {
    await Promise.all(opened.map(({ value }) => value?.disconnect()));
  }
}

/** WsProvider would try for ever and only log; a script should report what is wrong. */
function ensureListening(url) {
  const address = URL.canParse(url) ? new URL(url) : null;
  if (!['ws:', 'wss:'].includes(address?.protocol)) {
    throw new Error(`${url} is not the address of a node; expected one such as ws://127.0.0.1:9944`);
  }
  const port = Number(address.port || (address.protocol === 'wss:' ? 443 : 80));
  return new Promise((resolve, reject) => {
    const host = address.hostname.replace(/^\[|\]$/g, '');
    const socket = openSocket({ host, port, timeout: CONNECT_TIMEOUT });
    const settle = (action, value) => () => {
      socket.destroy();
      action(value);
    };
    const failure = new Error(`nothing answers at ${url}; is the node running? Give its address with --node`);
    socket
      .once('connect', settle(resolve))
      .once('error', settle(reject, failure))
      .once('timeout', settle(reject, failure));
  });
}
