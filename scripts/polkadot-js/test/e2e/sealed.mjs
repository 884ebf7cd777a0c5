// Opening of sealed blobs with the well-known keys of development members: another implementation of
// docs/sealed-blob.md, for the suite without quantum key distribution.

import { createDecipheriv, createHash, hkdfSync } from 'node:crypto';
import { ml_kem768 } from '@noble/post-quantum/ml-kem';

/** The first bytes of every sealed blob. */
export const SEALED_MAGIC = 'CSLMseal';

const KEM_CIPHERTEXT = [134, 1222];
const SALT = [1222, 1254];
const CONTEXT_BYTES = 1266;
const HEADER_BYTES = 1298;
const CHUNK_BYTES = 65536;
const TAG_BYTES = 16;
const ML_KEM_768 = 2;

/** The secret ML-KEM-768 key of a development member. */
function decapsulationKey(id) {
  const seed = createHash('sha512').update(`consilium/development/ml-kem-768/${id}`).digest();
  return ml_kem768.keygen(Uint8Array.from(seed)).secretKey;
}

/** What was sealed with ML-KEM-768 alone for the member `id`. */
export function unseal(blob, id) {
  if (blob.toString('latin1', 0, 8) !== SEALED_MAGIC || blob[9] !== ML_KEM_768)
    throw new Error('not sealed with ML-KEM-768 alone');
  const context = blob.subarray(0, CONTEXT_BYTES);
  const secret = ml_kem768.decapsulate(
    Uint8Array.from(blob.subarray(...KEM_CIPHERTEXT)),
    decapsulationKey(id),
  );
  const label = Buffer.from('consilium/session-key/v1/ml-kem-768');
  const info = Buffer.concat([
    label,
    Buffer.from([ML_KEM_768]),
    createHash('sha512').update(context).digest(),
  ]);
  const okm = Buffer.from(hkdfSync('sha512', secret, blob.subarray(...SALT), info, 71));
  if (!okm.subarray(32, 64).equals(blob.subarray(CONTEXT_BYTES, HEADER_BYTES)))
    throw new Error('sealed for another key');
  const header = createHash('sha256').update(blob.subarray(0, HEADER_BYTES)).digest();
  const chunks = [];
  for (
    let start = HEADER_BYTES, index = 0;
    start < blob.length;
    start += CHUNK_BYTES + TAG_BYTES, index += 1
  ) {
    const end = Math.min(start + CHUNK_BYTES + TAG_BYTES, blob.length);
    const nonce = Buffer.concat([okm.subarray(64), Buffer.alloc(5)]);
    nonce.writeUInt32BE(index, 7);
    nonce[11] = end === blob.length ? 1 : 0;
    const cipher = createDecipheriv('aes-256-gcm', okm.subarray(0, 32), nonce)
      .setAAD(header)
      .setAuthTag(blob.subarray(end - TAG_BYTES, end));
    chunks.push(cipher.update(blob.subarray(start, end - TAG_BYTES)), cipher.final());
  }
  return Buffer.concat(chunks);
}
