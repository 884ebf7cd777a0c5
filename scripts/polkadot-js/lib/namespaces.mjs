// Network namespaces of Linux, one for each node, connected by a network that delays and loses frames.
//
// A namespace has two devices. `wan`, 10.0.0.x, is the delayed network: scripts/network/forwarder.py switches
// its frames, and nodes talk to each other on it. `mgmt`, from 198.18.0.0/15 (RFC 2544, benchmarks), leads to
// this process without delay: for the nodes' RPC and metrics. Nodes do not listen for peers on it.

import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const FORWARDER = fileURLToPath(new URL('../../network/forwarder.py', import.meta.url));

/** Most namespaces of a run, and most runs at a time. */
const NAMESPACES = 16;
const RUNS = 2 ** 17 / (4 * NAMESPACES);

/**
 * How often a packet is sent again before the connection is given up, as docs/hospital.md advises: after 13
 * seconds instead of 15 minutes. Else the next attempt on a connection that has been cut comes after as long
 * as it was cut, at most two minutes.
 */
const TCP_RETRIES = 5;

/** The name of a namespace tells whose it is: a run that was killed leaves its namespaces behind. */
export const namespaceName = (pid, id) => `consilium-${pid}-${id}`;

/** The process to which a namespace belongs, by its name; null for those of other programs. */
export function ownerOf(name) {
  const match = /^consilium-(\d+)-[a-z0-9]+$/.exec(name);
  return match && Number(match[1]);
}

/** This process's end of the link to a namespace of a run: Linux allows 15 characters. */
export const linkName = (run, index) => `consil${run}-${index}`;

/** The two addresses of a management link: of this process, and in the namespace. */
export function managementAddresses(run, index) {
  const base = (run * NAMESPACES + index) * 4;
  const address = (offset) => {
    const number = base + offset;
    return `198.${18 + (number >> 16)}.${(number >> 8) & 255}.${number & 255}`;
  };
  return [address(1), address(2)];
}

/** Runs iproute2. */
function ip(...args) {
  try {
    return execFileSync('ip', args.map(String), { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    const reason = (error.stderr || error.message).trim();
    throw new Error(`ip ${args.join(' ')} failed: ${reason}`);
  }
}

/** What making namespaces and devices needs (linux/capability.h): CAP_NET_ADMIN and CAP_SYS_ADMIN. */
const CAPABILITIES = (1n << 12n) | (1n << 21n);

function hasCapabilities() {
  const [, mask] = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'));
  return (BigInt(`0x${mask}`) & CAPABILITIES) === CAPABILITIES;
}

/** Why namespaces cannot be made here, with the remedy; null when they can. */
export function obstacle() {
  if (process.platform !== 'linux') return 'network namespaces exist on Linux only; use a Linux machine';
  if (process.getuid() !== 0) return 'network namespaces need root; run this with sudo';
  if (!hasCapabilities())
    return 'this container may not make network namespaces; run it privileged (docker run --privileged)';
  if (!existsSync('/dev/net/tun')) return '/dev/net/tun is missing; run modprobe tun';
  for (const [program, option, remedy] of [
    ['ip', '-V', 'apt-get install iproute2'],
    ['python3', '-V', 'apt-get install python3'],
  ]) {
    try {
      execFileSync(program, [option], { stdio: 'ignore' });
    } catch {
      return `${program} is missing; run ${remedy}`;
    }
  }
  return null;
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/**
 * Ends what still runs in a namespace, and removes it. Its management link is removed by itself: sockets that
 * wait for a peer that is gone keep the rest of the namespace for minutes.
 */
function removeNamespace(name) {
  const links = ip('-n', name, '-brief', 'link');
  if (/^mgmt@/m.test(links)) ip('-n', name, 'link', 'delete', 'mgmt');
  for (const pid of ip('netns', 'pids', name).split('\n').filter(Boolean)) {
    try {
      process.kill(Number(pid), 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  }
  ip('netns', 'delete', name);
}

const namespaceNames = () =>
  ip('netns', 'list')
    .split('\n')
    .map((line) => line.split(' ')[0])
    .filter(Boolean);

/** Removes namespaces of processes that no longer run. */
function removeStale() {
  for (const name of namespaceNames()) {
    const owner = ownerOf(name);
    if (owner === null || isAlive(owner)) continue;
    try {
      removeNamespace(name);
    } catch {
      // Another run removes it at the same time, or a later one will: it is in nobody's way.
    }
  }
}

/** Makes the management link of the first namespace: whose name is free decides the number of the run. */
function claimRun(namespace) {
  const used = new Set(ip('-brief', 'link').match(/^consil\d+(?=-)/gm));
  for (let run = 0; run < RUNS; run += 1) {
    if (used.has(`consil${run}`)) continue;
    try {
      addLink(run, 0, namespace);
      return run;
    } catch (error) {
      // Another process was faster.
      if (!/File exists/.test(error.message)) throw error;
    }
  }
  throw new Error(`there are ${RUNS} runs with network namespaces already; wait until one has ended`);
}

const addLink = (run, index, namespace) =>
  ip('link', 'add', linkName(run, index), 'type', 'veth', 'peer', 'name', 'mgmt', 'netns', namespace);

/** Namespaces and the network between them. They end with {@link close}, and with this process. */
export class Namespaces {
  /**
   * @param {string[]} ids one word each, of small letters and digits
   * @param {object} options of the network, in each direction
   * @param {number} [options.delay] milliseconds
   * @param {number} [options.jitter] milliseconds, the most by which a delay differs; uniform
   * @param {number} [options.loss] probability
   * @param {number} [options.seed] of delays and losses
   */
  static async create(ids, { delay = 0, jitter = 0, loss = 0, seed = 0 } = {}) {
    const reason = obstacle();
    if (reason) throw new Error(reason);
    if (ids.length > NAMESPACES)
      throw new Error(`${ids.length} namespaces: at most ${NAMESPACES} can be made`);
    removeStale();
    const namespaces = new Namespaces(ids);
    try {
      for (const name of namespaces.names) ip('netns', 'add', name);
      namespaces.connect();
      const options = { delay, jitter, loss, seed };
      await namespaces.forward(
        Object.entries(options).flatMap(([key, value]) => [`--${key}`, String(value)]),
      );
      return namespaces;
    } catch (error) {
      await namespaces.close();
      throw error;
    }
  }

  constructor(ids) {
    this.ids = ids;
    this.names = ids.map((id) => namespaceName(process.pid, id));
    this.answers = [];
    this.onExit = () => this.remove();
    process.once('exit', this.onExit);
  }

  /** Links this process with the namespaces. */
  connect() {
    this.names.forEach((name, index) => {
      if (index === 0) this.run = claimRun(name);
      else addLink(this.run, index, name);
      const [here, there] = managementAddresses(this.run, index);
      const link = linkName(this.run, index);
      ip('address', 'add', `${here}/30`, 'dev', link);
      ip('link', 'set', link, 'up');
      ip('-n', name, 'address', 'add', `${there}/30`, 'dev', 'mgmt');
      for (const device of ['mgmt', 'lo']) ip('-n', name, 'link', 'set', device, 'up');
      ip('netns', 'exec', name, 'sh', '-c', `echo ${TCP_RETRIES} > /proc/sys/net/ipv4/tcp_retries2`);
    });
  }

  /** Starts the forwarder, which makes the devices `wan`. */
  async forward(options) {
    const ports = this.ids.map((id, index) => `${id}=${this.names[index]}`);
    // Ctrl-C in a terminal is not for the forwarder, so that nodes can end in order. It ends with its input.
    this.forwarder = spawn('python3', [FORWARDER, ...options, ...ports], {
      ...{ detached: true, stdio: ['pipe', 'pipe', 'pipe'] },
    });
    let errors = '';
    this.forwarder.stderr.setEncoding('utf8').on('data', (text) => (errors += text));
    this.forwarder.stdin.on('error', () => {});
    const lines = createInterface({ input: this.forwarder.stdout });
    lines.on('line', (line) => this.answers.shift()?.resolve(line));
    this.ended = new Promise((resolve) => this.forwarder.once('close', resolve));
    this.ended.then(() => {
      this.forwarder = null;
      const error = new Error(`the forwarder has ended: ${errors.trim() || 'without a message'}`);
      for (const { reject } of this.answers.splice(0)) reject(error);
    });
    await this.answer();
    this.names.forEach((name, index) => {
      ip('-n', name, 'address', 'add', `10.0.0.${index + 1}/24`, 'dev', 'wan');
      ip('-n', name, 'link', 'set', 'wan', 'up');
    });
  }

  /** The next line that the forwarder prints. */
  answer() {
    return new Promise((resolve, reject) => this.answers.push({ resolve, reject }));
  }

  async command(text) {
    if (!this.forwarder) throw new Error('the forwarder has ended');
    this.forwarder.stdin.write(`${text}\n`);
    const line = await this.answer();
    if (line.startsWith('error: ')) throw new Error(line.slice('error: '.length));
    return line;
  }

  /** From now on no frame from or to a namespace arrives. */
  async cut(id) {
    await this.command(`cut ${id}`);
  }

  /** Connects a namespace again. */
  async join(id) {
    await this.command(`join ${id}`);
  }

  /**
   * Counts of frames: received, lost by chance, cut, overflown (too many on their way), delivered, and of
   * those refused by a device that is not up; and the bytes delivered.
   */
  async stats() {
    return JSON.parse(await this.command('stats'));
  }

  /** Where a node runs, as class `Network` takes it. */
  place(id) {
    const index = this.ids.indexOf(id);
    if (index < 0) throw new Error(`there is no namespace for ${id}; there are ${this.ids.join(', ')}`);
    return {
      prefix: ['ip', 'netns', 'exec', this.names[index]],
      peerHost: `10.0.0.${index + 1}`,
      rpcHost: managementAddresses(this.run, index)[1],
    };
  }

  /** Removes the namespaces. Nodes are stopped before. */
  async close() {
    this.forwarder?.stdin.end();
    await this.ended;
    process.removeListener('exit', this.onExit);
    this.remove();
  }

  remove() {
    const existing = new Set(namespaceNames());
    this.names.filter((name) => existing.has(name)).forEach(removeNamespace);
  }
}
