// Addresses of blobs in the store.

import { hexToU8a, u8aConcat } from '@polkadot/util';
import { base32Encode } from '@polkadot/util-crypto';

/** Before the hash: CIDv1, raw bytes (codec 0x55), multihash SHA-256 of 32 bytes. */
const PREFIX = [0x01, 0x55, 0x12, 0x20];

/**
 * The CIDv1, in multibase base32, of the blob with this SHA-256: its name in the blob store.
 *
 * @param {string} hash
 */
export const cidOf = (hash) => base32Encode(u8aConcat(PREFIX, hexToU8a(hash)), true);
