// Hospitals and nodes with a fault.

import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { execute } from '../../../lib/execute.mjs';
import { Program } from '../../../lib/processes.mjs';

/** A copy of a node's hospital.toml as `name`.toml in the same folder, changed by `change`. */
export function variant(node, name, change) {
  const file = join(dirname(node.configuration), `${name}.toml`);
  writeFileSync(file, change(readFileSync(node.configuration, 'utf8')));
  return file;
}

/** Generates keys that nobody has registered. @returns {string} their folder */
export function newKeys(node, folder) {
  const identity = ['--name', 'New Hospital', '--sae-id', 'sae-new'];
  execute(node.binary, ['hospital', 'keys', 'generate', '--out', folder, ...identity]);
  return folder;
}

/** The text of a table `qkd` of hospital.toml. */
export const qkdTable = (table) =>
  `\n[qkd]\n${Object.entries(table)
    .map(([key, value]) => `${key} = ${JSON.stringify(value)}`)
    .join('\n')}\n`;

/** A node that is not one of the network's, and makes no blocks. */
export class Onlooker extends Program {
  /**
   * @param {object} net the network
   * @param {string} id
   * @param {number[]} ports of JSON-RPC, of the peer-to-peer network, and of the metrics
   * @param {{ chainSpec?: string, alone?: boolean }} options the network's chain, or another one; whether it
   *   knows no other node
   */
  constructor(net, id, [rpcPort, p2pPort, prometheusPort], { chainSpec, alone = false } = {}) {
    const model = net.nodes[1];
    const folder = join(net.folder, 'onlookers');
    mkdirSync(folder, { recursive: true });
    super(model.binary, { logFile: join(folder, `${id}.log`) });
    this.url = `ws://127.0.0.1:${rpcPort}`;
    this.metricsUrl = `http://127.0.0.1:${prometheusPort}/metrics`;
    const after = (option) => model.args[model.args.indexOf(option) + 1];
    this.args = [
      ...['--chain', chainSpec ?? after('--chain'), '--name', id, '--base-path', join(folder, id)],
      ...['--rpc-port', rpcPort, '--listen-addr', `/ip4/127.0.0.1/tcp/${p2pPort}/ws`, '--no-mdns'],
      ...(alone ? [] : ['--bootnodes', after('--bootnodes')]),
      ...['--prometheus-port', prometheusPort, '--no-telemetry', '--detailed-log-output'],
    ].map(String);
  }

  /** Starts the node, with a hospital and other variables of the environment if they are given. */
  start(configuration = null, env = {}) {
    super.start(configuration === null ? this.args : [...this.args, '--hospital', configuration], { env });
  }
}

/** What a node says of its hospital. @returns {{ code: number, status: object | null, text: string }} */
export function hospitalStatus(node, ...options) {
  const args = ['hospital', 'status', '--url', node.url, ...options];
  const { status: code, stdout, stderr } = spawnSync(node.binary, args, { encoding: 'utf8' });
  const isJson = code === 0 && options.includes('--json');
  return { code, status: isJson ? JSON.parse(stdout) : null, text: stdout + stderr };
}

/** All that is wrong with a hospital, for a support ticket. @returns {{ code: number, text: string }} */
export function doctor(binary, options, env = {}) {
  const all = { ...process.env, ...env };
  const ran = spawnSync(binary, ['hospital', 'doctor', ...options], { encoding: 'utf8', env: all });
  return { code: ran.status, text: ran.stdout + ran.stderr };
}

/** The states of all checks in the text of a Prometheus endpoint, by name. */
export function checksIn(text) {
  const lines = text.split('\n').filter((line) => /^consilium_hospital_check\{.*\} 1$/.test(line));
  const label = (line, name) => new RegExp(`${name}="([^"]*)"`).exec(line)[1];
  return Object.fromEntries(lines.map((line) => [label(line, 'check'), label(line, 'state')]));
}
