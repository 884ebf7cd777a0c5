import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { blobPath, putBlob, referenceOf } from '../../lib/blobs.mjs';
import { withRootSet } from '../../lib/root-set.mjs';

const HASH = `0x${'ab'.repeat(32)}`;

describe('a root set', () => {
  let folder;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'consilium-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Of one record of two features. */
  const rootSet = () => {
    const bytes = Buffer.alloc(48 + 4 + 16);
    bytes.write('CSLMroo1', 'latin1');
    bytes.fill(0xab, 8, 40);
    bytes.writeUInt32LE(1, 40);
    bytes.writeUInt32LE(2, 44);
    return bytes;
  };
  const reference = ({ schema = HASH, features = 2 } = {}) => {
    const root = { file: join(folder, 'root.bin'), blob_store: join(folder, 'blobs') };
    const scheme = { committee: { direction: { weight: { root, tolerance: 0.5 } } } };
    return withRootSet({ schema, model: { features }, scheme }).scheme.committee.direction.weight;
  };
  const write = (bytes) => writeFileSync(join(folder, 'root.bin'), bytes);

  it('goes into the blob store under its address', () => {
    mkdirSync(join(folder, 'blobs'));
    const bytes = rootSet();
    write(bytes);
    const { root, tolerance } = reference();
    assert.deepEqual([root, tolerance], [referenceOf(bytes), 0.5]);
    assert.deepEqual(readFileSync(blobPath(join(folder, 'blobs'), root.hash)), bytes);
    assert.deepEqual(reference().root, root, 'a second time it is there already');
  });

  it('may be in the store already, and may be missing', () => {
    const description = (direction) => ({ scheme: { committee: { direction } } });
    for (const direction of ['off', undefined, { exclude: { root: { hash: HASH, length: 3 } } }]) {
      assert.deepEqual(withRootSet(description(direction)), description(direction));
    }
    assert.deepEqual(withRootSet({ scheme: 'plain' }), { scheme: 'plain' });
    assert.deepEqual(withRootSet({}), {});
  });

  it('may have targets instead of classes', () => {
    mkdirSync(join(folder, 'blobs'));
    const bytes = Buffer.concat([rootSet(), Buffer.alloc(4)]);
    bytes.write('CSLMroo2', 'latin1');
    write(bytes);
    assert.deepEqual(reference().root, referenceOf(bytes));
  });

  it('is refused when it belongs to another study, or is none', () => {
    mkdirSync(join(folder, 'blobs'));
    assert.throws(() => reference(), /cannot read the root set .*root\.bin: ENOENT/);
    write(rootSet());
    const other = `0x${'cd'.repeat(32)}`;
    assert.throws(() => reference({ schema: other }), /follows the schema 0xabab.*the study's is 0xcdcd/);
    assert.throws(() => reference({ features: 3 }), /has 2 features, and the study has 3/);
    write('age,sex\n');
    assert.throws(() => reference(), /is not a root set; consilium-simulator root-set makes one/);
    assert.throws(() => putBlob(join(folder, 'nowhere'), rootSet()), /there is no blob store .*nowhere/);
  });
});
