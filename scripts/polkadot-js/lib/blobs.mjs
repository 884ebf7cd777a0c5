// Blobs and their store, as consilium-blobs has them.

import { createHash } from 'node:crypto';
import { existsSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cidOf } from '@consilium/client';

/** What the chain knows of a blob. @returns {{ hash: string, length: number }} */
export const referenceOf = (bytes) => ({
  hash: `0x${createHash('sha256').update(bytes).digest('hex')}`,
  length: bytes.length,
});

/** File of a blob in a store, which is a folder. */
export const blobPath = (store, hash) => join(store, cidOf(hash));

/** Puts a blob into a store. @returns {{ hash: string, length: number }} */
export function putBlob(store, bytes) {
  if (!existsSync(store) || !statSync(store).isDirectory())
    throw new Error(`there is no blob store ${store}; it must be a folder`);
  const reference = referenceOf(bytes);
  const file = blobPath(store, reference.hash);
  // Whole or not at all.
  writeFileSync(`${file}#${process.pid}`, bytes);
  renameSync(`${file}#${process.pid}`, file);
  return reference;
}
