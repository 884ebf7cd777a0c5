// Root sets: the records by which a committee judges the direction of updates.

import { readFileSync } from 'node:fs';
import { putBlob } from './blobs.mjs';

/**
 * Layout of the file (consilium-training, `root_set.rs`): mark, of classes or of numbers; hash of the schema,
 * records, features.
 */
const MARKS = ['CSLMroo1', 'CSLMroo2'];
const SCHEMA = 8;
const FEATURES = 44;
const HEADER = 48;

/**
 * The description of a study in which its root set is given by hash and length; a file is put into the blob
 * store.
 */
export function withRootSet(description) {
  const { direction } = description.scheme?.committee ?? {};
  const [variant, content] = Object.entries(Object(direction)).find(([, { root }]) => root?.file) ?? [];
  if (!variant) return description;
  const { file, blob_store: store } = content.root;
  let bytes;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw new Error(`cannot read the root set ${file}: ${error.code}`);
  }
  ensureRootSet(file, bytes, description);
  const committee = {
    ...description.scheme.committee,
    direction: { [variant]: { ...content, root: putBlob(store, bytes) } },
  };
  return { ...description, scheme: { committee } };
}

function ensureRootSet(file, bytes, { schema: expected, model: { features } }) {
  if (bytes.length < HEADER || !MARKS.includes(bytes.toString('latin1', 0, SCHEMA))) {
    throw new Error(`${file} is not a root set; consilium-simulator root-set makes one from a CSV file`);
  }
  const schema = `0x${bytes.toString('hex', SCHEMA, SCHEMA + 32)}`;
  if (schema !== expected) {
    throw new Error(`the root set ${file} follows the schema ${schema}, and the study's is ${expected}`);
  }
  const found = bytes.readUInt32LE(FEATURES);
  if (found !== features)
    throw new Error(`the root set ${file} has ${found} features, and the study has ${features}`);
}
