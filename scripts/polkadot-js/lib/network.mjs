// A network of four hospitals' nodes under the control of this process: for tests that kill nodes.

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '@consilium/client';
import { Keyring } from '@polkadot/api';
import { u8aConcat, u8aToHex } from '@polkadot/util';
import { base58Encode, cryptoWaitReady, ed25519PairFromSeed } from '@polkadot/util-crypto';
import { connect } from './connect.mjs';
import { writeChainSpec } from './chain-spec.mjs';
import { configurationFile, HOSPITALS, prepareHospitals } from './hospitals.mjs';
import { freePorts } from './ports.mjs';
import { metric, nodeStatus, voteTogether } from './node-status.mjs';
import { Program } from './processes.mjs';

const SECONDS_TO_START = 60;

/**
 * Seconds until a node that was away votes again. It asks one peer for the votes that it missed, and for 45
 * seconds no other (sc-consensus-grandpa, `CATCH_UP_REQUEST_TIMEOUT`).
 */
const SECONDS_TO_VOTE = 120;

/** Milliseconds in which a running node answers with its metrics. */
const METRICS_TIMEOUT = 2000;

/** Key types of the session keys in a keystore's file names (sp-core, `key_types`). */
const AURA = 'aura';
const GRANDPA = 'gran';

/** A node as a process of this machine like any other; `Namespaces` are another placement. */
const LOOPBACK = { place: () => ({ prefix: [], peerHost: '127.0.0.1', rpcHost: '127.0.0.1' }) };

/** Four nodes on free ports, in one folder, none started yet. */
export class Network {
  /**
   * @param {string} folder must be empty or not exist
   * @param {string} binaries folder of consilium-node and consilium-simulator
   * @param {object} [placement] where nodes run: for each id, what comes before the program on the command
   *   line, and the hosts on which it listens for its peers and for RPC
   * @param {object} [parameters] changes of the chain's parameters, such as `slotDuration`
   */
  static async create(folder, binaries, placement = LOOPBACK, parameters = {}) {
    await cryptoWaitReady();
    const node = join(binaries, 'consilium-node');
    if (!existsSync(node))
      throw new Error(`${node} is missing; run cargo build --release --workspace --bins`);
    const study = prepareHospitals(folder, { node, simulator: join(binaries, 'consilium-simulator') });
    const chainSpec = join(folder, 'local.json');
    const { id: chainId } = writeChainSpec(node, 'local', chainSpec, (patch) =>
      Object.assign(patch.chainParameters, parameters),
    );
    const ports = await freePorts(HOSPITALS.length * 3);
    const portsOf = (index) => ports.slice(index * 3, index * 3 + 3);
    const places = HOSPITALS.map((hospital, index) => ({
      ...hospital,
      ...placement.place(hospital.id),
      ports: portsOf(index),
    }));
    const nodes = places.map((place) => new Node(folder, node, chainSpec, chainId, place, places));
    return new Network(folder, study, nodes);
  }

  constructor(folder, study, nodes) {
    this.folder = folder;
    this.study = study;
    this.nodes = nodes;
  }

  /** The node of a hospital: `alice`, `bob`, `charlie` or `dave`. */
  node(id) {
    return this.nodes.find((node) => node.id === id);
  }

  /** Starts all nodes and waits until all have finalised a block. */
  async start() {
    this.nodes.forEach((node) => node.start());
    await Promise.all(this.nodes.map((node) => node.waitForFinality(1)));
  }

  /**
   * Waits until all nodes vote in the same rounds of GRANDPA; call it before a test stops a node. Finality
   * tolerates one of four nodes that does not vote, so a node that was stopped before must vote again. That
   * it sees final blocks does not show it: it asks for the votes that it missed, the answer may wait five
   * seconds for a block, and then it needs the next ones. If another node stops in the meantime, finality
   * pauses for up to two minutes, until the others send their round again.
   */
  async waitUntilAllVote() {
    await until(
      'all nodes to vote in the same rounds of GRANDPA',
      SECONDS_TO_VOTE,
      async () => voteTogether(await Promise.all(this.nodes.map((node) => node.metrics()))),
      () => this.status(),
    );
  }

  /** The status of all nodes, in words. */
  async status() {
    return (await Promise.all(this.nodes.map((node) => node.status()))).join('; ');
  }

  /** Stops all nodes that run, as an operator would. */
  async stop() {
    await Promise.all(this.nodes.map((node) => node.stop()));
  }
}

/** One hospital's node. */
class Node extends Program {
  constructor(folder, binary, chainSpec, chainId, place, places) {
    const [program, ...before] = [...place.prefix, binary];
    super(program, { logFile: join(folder, `${place.id}.log`) });
    const [rpcPort, p2pPort, prometheusPort] = place.ports;
    this.id = place.id;
    this.dev = place.dev;
    this.name = place.name;
    this.url = `ws://${place.rpcHost}:${rpcPort}`;
    this.metricsUrl = `http://${place.rpcHost}:${prometheusPort}/metrics`;
    this.configuration = configurationFile(folder, place.id);
    const basePath = join(folder, 'nodes', place.id);
    writeKeystore(join(basePath, 'chains', chainId, 'keystore'), place.dev);
    const address = `/ip4/${place.peerHost}/tcp/${p2pPort}/ws`;
    const isRemote = place.rpcHost !== LOOPBACK.place().rpcHost;
    this.args = [
      ...before,
      ...['--chain', chainSpec, '--name', place.id, '--base-path', basePath, '--validator'],
      ...['--rpc-port', rpcPort, '--rpc-cors', 'all', '--rpc-methods', 'unsafe'],
      ...['--listen-addr', address, '--node-key', networkKey(place.id).secret, '--no-mdns'],
      ...['--bootnodes', ...places.filter(({ id }) => id !== place.id).map(multiaddress)],
      // With the level and the source of each line.
      ...['--prometheus-port', prometheusPort, '--no-telemetry', '--detailed-log-output'],
      ...(isRemote ? ['--unsafe-rpc-external', '--prometheus-external'] : []),
      // The events of a long outage are read when it is over.
      ...(isRemote ? ['--state-pruning', 'archive'] : []),
    ].map(String);
  }

  /** Starts the node, always with the same arguments, but for null without a hospital. */
  start(configuration = this.configuration) {
    super.start(configuration === null ? this.args : [...this.args, '--hospital', configuration]);
  }

  /** Waits until the node has finalised the block `number`. */
  async waitForFinality(number) {
    const final = async () => {
      if (!this.process) throw new Error(`the node has ended; the end of its log:\n${this.logTail()}`);
      return (await this.metric('substrate_block_height', 'status="finalized"')) >= number;
    };
    const what = `${this.id} to finalise block ${number}; its log is ${this.logFile}`;
    await until(what, SECONDS_TO_START, final, () => this.status());
  }

  /** The text of the node's Prometheus endpoint. */
  async metrics() {
    return (await fetch(this.metricsUrl, { signal: AbortSignal.timeout(METRICS_TIMEOUT) })).text();
  }

  /** A value of the node's Prometheus endpoint, by its name and one of its labels. */
  async metric(name, label = '') {
    const value = metric(await this.metrics(), name, label);
    if (value === null) throw new Error(`${this.metricsUrl} has no metric ${name} ${label}`);
    return value;
  }

  /** The status of the node, in words. */
  async status() {
    return nodeStatus(this.id, await this.metrics().catch(() => null));
  }

  /** A connection to the node. */
  connect() {
    return connect(this.url);
  }
}

/** The session keys of a development account, as files of a keystore. */
function writeKeystore(folder, dev) {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const [type, scheme] of [
    [AURA, 'sr25519'],
    [GRANDPA, 'ed25519'],
  ]) {
    const { publicKey } = new Keyring({ type: scheme }).addFromUri(`//${dev}`);
    const name = Buffer.from(type).toString('hex') + u8aToHex(publicKey).slice(2);
    writeFileSync(join(folder, name), JSON.stringify(`//${dev}`), { mode: 0o600 });
  }
}

/** The libp2p identity of a node: the same for the same name. */
function networkKey(id) {
  const seed = createHash('sha256').update(`consilium devnet ${id}`).digest();
  // A libp2p peer id: multihash "identity" of the public key in its protobuf envelope, type Ed25519.
  const peerId = base58Encode(
    u8aConcat([0x00, 0x24, 0x08, 0x01, 0x12, 0x20], ed25519PairFromSeed(seed).publicKey),
  );
  return { secret: seed.toString('hex'), peerId };
}

function multiaddress({ id, peerHost, ports }) {
  return `/ip4/${peerHost}/tcp/${ports[1]}/ws/p2p/${networkKey(id).peerId}`;
}
