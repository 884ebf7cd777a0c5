// The bytes that a hospital signs for an update (primitives/src/commitment.rs).

import { hexToU8a, stringToU8a, u8aConcat } from '@polkadot/util';

/** The first bytes of what is signed. */
const DOMAIN = 'consilium/commit_update/v1\0';

const u32 = (...values) => new Uint8Array(Uint32Array.from(values).buffer);

/** The bytes of genesis hash, study, round and attempt with which everything in a round begins. */
export const place = ({ genesis, study, round, attempt }) =>
  u8aConcat(hexToU8a(genesis), u32(study, round, attempt));

/**
 * What a hospital signs for a commitment.
 *
 * @param {object} where `genesis`, `study`, `round`, `attempt`, and the public key of the hospital's account
 * @param {object} commitment as polkadot.js encodes the argument of the call, with any signature
 */
export const signingPayload = (where, { suites, examples, blobs, packages }) =>
  u8aConcat(
    stringToU8a(DOMAIN),
    place(where),
    where.publicKey,
    ...[suites, examples, blobs, packages].map((part) => part.toU8a()),
  );
