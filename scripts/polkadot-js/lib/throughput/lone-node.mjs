// A node without peers that alone makes all blocks.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '@consilium/client';
import { connect } from '../connect.mjs';
import { freePorts } from '../ports.mjs';
import { Program, whileRunning } from '../processes.mjs';

const SECONDS_TO_START = 60;

/** What the pool may hold: all of the load. */
const POOL = ['--pool-limit', 200_000, '--pool-kbytes', 2_000_000];

/**
 * Runs `action` with a connection to a fresh node, which is stopped in the end. The node is that of a
 * development chain: Alice makes its blocks.
 *
 * @param {{ binary: string, folder: string, chain: string }} options the folder must not exist; `chain` is a
 *   name or a file, as the node takes it
 * @param {(chain: Chain, node: Program) => Promise<T>} action
 */
export async function withLoneNode({ binary, folder, chain }, action) {
  mkdirSync(folder, { recursive: true });
  const node = new Program(binary, { logFile: join(folder, 'node.log') });
  const [rpc, p2p] = await freePorts(2);
  const url = `ws://127.0.0.1:${rpc}`;
  const args = [
    ...['--chain', chain, '--base-path', join(folder, 'base'), '--alice', '--force-authoring'],
    ...['--rpc-port', rpc, '--rpc-cors', 'all', '--listen-addr', `/ip4/127.0.0.1/tcp/${p2p}/ws`],
    ...['--unsafe-force-node-key-generation', '--no-mdns', '--no-telemetry', '--no-prometheus', ...POOL],
  ];
  node.start(args.map(String));
  try {
    return await whileRunning([[binary, node]], run(url, node, action));
  } finally {
    await node.stop();
  }
}

async function run(url, node, action) {
  const chain = await until(`an answer at ${url}`, SECONDS_TO_START, () => connect(url));
  try {
    const isMakingBlocks = async () => (await chain.api.rpc.chain.getHeader()).number.toNumber() > 0;
    await until('the first block', SECONDS_TO_START, isMakingBlocks);
    return await action(chain, node);
  } finally {
    await chain.disconnect();
  }
}
