// Root sets: the records by which a committee judges the direction of updates.

import { readFileSync } from 'node:fs';
import { putBlob } from './blobs.mjs';

/** Layout of the file (consilium-training, `root_set.rs`): mark, hash of the schema, records, features. */
const MARK = 'CSLMroo1';
const SCHEMA = 8;
const FEATURES = 44;
const HEADER = 48;

/**
 * The root set of a study by its options; null when there is none. One that is given as a file is put into the blob store.
 *
 * @param {object} values `root`, `blobStore`, `rootHash`, `rootLength` of `committeeOptions`, `schemaHash` and `features`
 * @returns {{ hash: string, length: number } | null}
 */
export function rootReference(values) {
  const { root: file, blobStore, rootHash, rootLength } = values;
  if (rootHash !== undefined) return { hash: rootHash, length: rootLength };
  if (file === undefined) return null;
  let bytes;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw new Error(`cannot read the root set ${file}: ${error.code}`);
  }
  ensureRootSet(file, bytes, values);
  return putBlob(blobStore, bytes);
}

function ensureRootSet(file, bytes, { schemaHash, features }) {
  if (bytes.length < HEADER || bytes.toString('latin1', 0, SCHEMA) !== MARK) {
    throw new Error(`${file} is no root set; consilium-simulator root-set makes one of a CSV file`);
  }
  const schema = `0x${bytes.toString('hex', SCHEMA, SCHEMA + 32)}`;
  if (schema !== schemaHash) {
    throw new Error(
      `the root set ${file} follows the schema ${schema}, and the study's is ${schemaHash}; make one with the study's`,
    );
  }
  const found = bytes.readUInt32LE(FEATURES);
  if (found !== features)
    throw new Error(`the root set ${file} has ${found} features, and the study has ${features}`);
}
