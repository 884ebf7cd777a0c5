// A member that violates the protocol: what its node would sign and send, made here.
//
// Formats and derivations are those of consilium-primitives (`commitment.rs`, `committee/posts.rs`,
// `committee/share_package.rs`) and consilium-secure-aggregation (`key_stream.rs`, `dealing.rs`,
// `partial.rs`).

import { createCipheriv, createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { ml_dsa65 } from '@noble/post-quantum/ml-dsa';
import { stringToU8a, u8aConcat, u8aToHex } from '@polkadot/util';
import { blobPath, putBlob } from '../../lib/blobs.mjs';
import { place, signingPayload } from '../../lib/commitment.mjs';
import { submit } from '@consilium/client';
import { unseal } from './sealed.mjs';

/** The modulus of Mersenne61. */
const P = (1n << 61n) - 1n;

const mod = (value) => ((value % P) + P) % P;
const power = (base, exponent) => {
  let product = 1n;
  for (let [square, rest] = [mod(base), exponent]; rest > 0n; square = mod(square * square), rest >>= 1n) {
    if (rest & 1n) product = mod(product * square);
  }
  return product;
};
const sum = (values) => values.reduce((total, value) => mod(total + value), 0n);

/** The representative of least magnitude of an element. */
const signed = (element) => (element > P / 2n ? element - P : element);

/** Elements, 8 little-endian bytes each. */
const packed = (elements) => {
  const bytes = Buffer.alloc(8 * elements.length);
  elements.forEach((element, index) => bytes.writeBigUInt64LE(mod(element), 8 * index));
  return bytes;
};

const unpacked = (bytes) =>
  Array.from({ length: bytes.length / 8 }, (_, index) => bytes.readBigUInt64LE(8 * index));

/** Uniform elements. */
export const randomElements = (count) =>
  Array.from({ length: count }, () => mod(randomBytes(16).readBigUInt64LE()));

/** The first elements of the key stream of a seed. */
function* keyStream(seed) {
  const cipher = createCipheriv('aes-256-ctr', seed, Buffer.alloc(16));
  for (;;) {
    const candidate = cipher.update(Buffer.alloc(8)).readBigUInt64LE() & P;
    if (candidate < P) yield candidate;
  }
}

const HEADER_BYTES = 118;
const SEED = 0;
const ELEMENTS = 1;

/**
 * Shares an update with the threshold 1, in Mersenne61, as a hospital does; or not quite.
 *
 * @param {object} where `genesis`, `study`, `round`, `attempt`, and the public key of the hospital's account
 * @param {bigint[]} coordinates in fixed point
 * @param {(shares: { coordinates: bigint[], square: bigint }, party: bigint) => void} spoil changes what a
 *   party gets from the second on: its shares of the coordinates, and of the squared norm
 * @returns {Buffer[]} the share package of each party
 */
export function deal(where, parties, coordinates, spoil = () => {}) {
  const header = (party, kind) =>
    Buffer.concat(
      [stringToU8a('CSLMshr1'), place(where), where.publicKey, [party], randomBytes(32), [kind]].map((part) =>
        Buffer.from(part),
      ),
    );
  const seed = randomBytes(32);
  const drawn = keyStream(seed);
  const slopes = coordinates.map((coordinate) => mod(drawn.next().value - coordinate));
  // The sum of squares is a + b x + top x^2; O_1 takes its top, so that S has degree 1.
  const [a, b, top] = [
    sum(coordinates.map((c) => c * c)),
    sum(coordinates.map((c, j) => 2n * c * slopes[j])),
    sum(slopes.map((slope) => slope * slope)),
  ];
  const free = mod(drawn.next().value - top);
  const [mask] = randomElements(1);
  const maskSlope = mod(drawn.next().value - mask);
  const packages = [Buffer.concat([header(1, SEED), seed])];
  for (let party = 2; party <= parties; party += 1) {
    const x = BigInt(party);
    const shares = { coordinates: coordinates.map((c, j) => c + slopes[j] * x), square: a + (b - free) * x };
    spoil(shares, x);
    packages.push(
      Buffer.concat([
        header(party, ELEMENTS),
        packed([...shares.coordinates, shares.square, free + top * x, mask + maskSlope * x]),
      ]),
    );
  }
  return packages;
}

/**
 * The update behind the share packages of Alice and Bob, the first two parties, in fixed point: what somebody
 * reads who has the blobs and both parties' keys.
 */
export function readUpdate(store, commitment, parameters) {
  const [first, second] = ['alice', 'bob'].map((id, index) => {
    const blob = readFileSync(blobPath(store, commitment.blobs[index].hash));
    return unseal(blob, id);
  });
  const stream = keyStream(first.subarray(HEADER_BYTES));
  const atOne = Array.from({ length: parameters }, () => stream.next().value);
  const atTwo = unpacked(second.subarray(HEADER_BYTES)).slice(0, parameters);
  return atOne.map((value, j) => signed(mod(2n * value - atTwo[j])));
}

/** Coordinates whose sum of squares is 1 modulo p, and far above as integers. */
export function wrappedAround(parameters) {
  for (;;) {
    const all = randomElements(parameters - 1);
    const rest = mod(1n - sum(all.map((c) => c * c)));
    // p is 3 modulo 4.
    const root = power(rest, (P + 1n) / 4n);
    if (mod(root * root) === rest) return [...all, root];
  }
}

/** The bytes of a partial aggregate with these sums. */
export const partialAggregate = (where, party, sums) =>
  Buffer.concat(
    [stringToU8a('CSLMprt1'), place(where), [party], packed(sums)].map((part) => Buffer.from(part)),
  );

/** The first bytes of what signatures of posts cover. */
const DOMAINS = {
  answerDisputes: 'consilium/answer_disputes/v1\0',
  postChecks: 'consilium/post_checks/v1\0',
  postPartial: 'consilium/post_partial/v1\0',
};

/** The secret ML-DSA-65 key of a development member. */
export function signingKey(id) {
  const seed = createHash('sha512').update(`consilium/development/ml-dsa-65/${id}`).digest().subarray(0, 32);
  return ml_dsa65.keygen(Uint8Array.from(seed));
}

/** A member in an attempt of a round, whose own node is silent. */
export class Member {
  /**
   * @param {Chain} chain a connection to another member's node
   * @param {{ id: string, signer: object, store: string }} who
   */
  constructor(chain, { id, signer, store }, { study, round, attempt }) {
    this.api = chain.api;
    this.signer = signer;
    this.store = store;
    this.key = signingKey(id).secretKey;
    this.where = {
      genesis: chain.api.genesisHash.toHex(),
      study,
      round,
      attempt,
      publicKey: signer.publicKey,
    };
  }

  /** Commits to these share packages. */
  async commit(packages, examples) {
    const { study, round, attempt } = this.where;
    const content = {
      blobs: packages.map((bytes) => putBlob(this.store, bytes)),
      packages: packages.map((bytes) => createHash('sha256').update(bytes).digest()),
      examples,
      suites: packages.map(() => 'Plain'),
    };
    const call = (signature) =>
      this.api.tx.modelUpdates.commitUpdate(study, round, attempt, { ...content, signature });
    const encoded = call('0x').args[3];
    const payload = signingPayload(this.where, encoded);
    await this.send(call(u8aToHex(ml_dsa65.sign(this.key, payload))));
  }

  /** Posts checks: `elements` of each hospital, in the order of accounts. */
  postChecks(elements) {
    return this.post(
      'postChecks',
      elements.map((Elements) => ({ Elements })),
    );
  }

  /** Publishes share packages: the bytes for each party that disputes. */
  answerDisputes(packages) {
    return this.post(
      'answerDisputes',
      packages.map(({ party, bytes }) => ({ party, shares: putBlob(this.store, bytes) })),
    );
  }

  /** Posts these bytes as the partial aggregate. */
  postPartial(bytes) {
    return this.post('postPartial', putBlob(this.store, bytes));
  }

  async post(name, content) {
    const { study, round, attempt, publicKey } = this.where;
    const call = (signature) => this.api.tx.rounds[name](study, round, attempt, { content, signature });
    const encoded = call('0x').args[3].content.toU8a();
    const payload = u8aConcat(stringToU8a(DOMAINS[name]), place(this.where), publicKey, encoded);
    await this.send(call(u8aToHex(ml_dsa65.sign(this.key, payload))));
  }

  send(call) {
    return submit(this.api, call, this.signer, { until: 'in-block' });
  }
}
