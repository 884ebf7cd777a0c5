import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { UsageError } from '../../lib/arguments.mjs';
import { blobPath, putBlob, referenceOf } from '../../lib/blobs.mjs';
import { ensureCommitteeOptions } from '../../lib/committee-spec.mjs';
import { rootReference } from '../../lib/root-set.mjs';
import { parameters, studySpec, studyValues } from '../../lib/study-spec.mjs';

const HASH = `0x${'ab'.repeat(32)}`;
const ROOT = { hash: HASH, length: 100 };
const hospitals = ['a', 'b', 'c', 'd'];
const scheme = (changes, committee) =>
  studySpec(
    studyValues({ agreement: 0, schemaHash: HASH, features: 15, ...changes }),
    hospitals,
    42,
    committee,
  ).scheme;

describe('the scheme of a study', () => {
  it('is by default a committee of the hospitals, of which one may lie', () => {
    assert.deepEqual(scheme({}), {
      Committee: {
        threshold: 1,
        parties: hospitals,
        field: 'Mersenne61',
        clip: 1_000_000_000n,
        normBound: 1_000_000_000n,
        direction: { Off: null },
        projections: 1,
        weakestSuite: 'QkdMlKem768',
        stepBlocks: 10,
      },
    });
  });

  it('excludes hostile directions when there is a root set, or weighs by them', () => {
    const direction = (values) => scheme(values, { root: ROOT }).Committee.direction;
    assert.deepEqual(direction({}), { Exclude: { root: ROOT, tolerance: 500_000_000n } });
    assert.deepEqual(direction({ direction: 'weight', clip: 10n }), {
      Weight: { root: ROOT, tolerance: 5n },
    });
    assert.deepEqual(direction({ tolerance: 0n }), { Exclude: { root: ROOT, tolerance: 0n } });
  });

  it('takes other parties, with a threshold of a third', () => {
    const parties = ['p', 'q', 'r', 's', 't', 'u', 'v'];
    assert.deepEqual(
      [scheme({}, { parties }).Committee.threshold, scheme({}, { parties }).Committee.parties],
      [2, parties],
    );
    assert.equal(scheme({}, { parties: parties.slice(0, 3) }).Committee.threshold, 1);
    assert.throws(
      () => scheme({}, { parties: ['p', 'q'] }),
      new UsageError(
        'a committee with the threshold 1 has at least 3 parties, and this one has 2; ' +
          'name others with --party, or let every hospital read every update with --scheme plain',
      ),
    );
    assert.throws(() => scheme({ threshold: 2 }), /threshold 2 has at least 5 parties, and this one has 4/);
  });

  it('takes all the rest as it is given', () => {
    const given = {
      field: 'mersenne31',
      clip: 2n,
      normBound: 3n,
      projections: 0,
      weakestSuite: 'ml-kem-768',
      stepBlocks: 6,
    };
    const { field, clip, normBound, projections, weakestSuite, stepBlocks } = scheme(given).Committee;
    assert.deepEqual(
      { field, clip, normBound, projections, weakestSuite, stepBlocks },
      { ...given, field: 'Mersenne31', weakestSuite: 'MlKem768' },
    );
    assert.equal(scheme({ clip: 7n }).Committee.normBound, 7n);
  });

  it('opens a projection for 16 parameters, at most 8', () => {
    assert.equal(scheme({ features: 13 }).Committee.projections, 0);
    assert.equal(scheme({ features: 1000 }).Committee.projections, 8);
  });

  it('is plain when that is asked for', () => assert.deepEqual(scheme({ scheme: 'plain' }), { Plain: null }));
});

describe('the number of parameters', () => {
  it('is that of consilium-primitives', () => {
    const of = (changes) => parameters(studyValues({ features: 13, ...changes }));
    assert.equal(of({}), 14);
    assert.equal(of({ classes: 5 }), 70);
    assert.equal(of({ model: 'multilayer-perceptron', hidden: [8, 4] }), 14 * 8 + 9 * 4 + 5);
  });
});

describe('options of a committee that do not fit each other', () => {
  const refuse = (changes, message) =>
    assert.throws(() => ensureCommitteeOptions(studyValues(changes)), message);

  it('are refused with what would fit', () => {
    refuse({ scheme: 'plain', threshold: 1 }, /--threshold is of --scheme committee/);
    refuse({ scheme: 'plain', party: ['Bob'] }, /--party is of --scheme committee/);
    refuse({ scheme: 'plain', projections: 0 }, /--projections is of --scheme committee/);
    refuse(
      { root: 'f', blobStore: 'd', rootHash: HASH, rootLength: 1 },
      /leave --root-hash and --root-length out/,
    );
    refuse({ rootHash: HASH }, /--root-hash and --root-length go together/);
    refuse({ rootLength: 1 }, /--root-hash and --root-length go together/);
    refuse({ root: 'f' }, /--root FILE and --blob-store DIR go together/);
    refuse({ blobStore: 'd' }, /--root FILE and --blob-store DIR go together/);
    refuse({ direction: 'off', rootHash: HASH, rootLength: 1 }, /--direction off uses no root set/);
    refuse({ direction: 'weight' }, /--direction weight needs a root set/);
    refuse({ tolerance: 1n }, /--tolerance is of --direction exclude and weight/);
    refuse({ tolerance: 1n, direction: 'off' }, /--tolerance is of --direction exclude and weight/);
    refuse({ clip: 0n }, /--clip 0: expected a number above 0/);
    refuse({ clip: 5n, normBound: 4n }, /--norm-bound is below the clip/);
    refuse({ normBound: 999_999_999n }, /--norm-bound is below the clip/);
  });

  it('are not those that fit', () => {
    for (const fitting of [
      {},
      { scheme: 'plain' },
      { direction: 'off' },
      { direction: 'weight', root: 'f', blobStore: 'd' },
      { rootHash: HASH, rootLength: 1 },
      { rootHash: HASH, rootLength: 1, tolerance: 0n },
      { clip: 5n, normBound: 5n },
    ]) {
      ensureCommitteeOptions(studyValues(fitting));
    }
  });
});

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
  const values = (changes) => ({
    root: join(folder, 'root.bin'),
    blobStore: join(folder, 'blobs'),
    schemaHash: HASH,
    features: 2,
    ...changes,
  });
  const written = (bytes, changes) => {
    mkdirSync(join(folder, 'blobs'));
    writeFileSync(join(folder, 'root.bin'), bytes);
    return values(changes);
  };

  it('goes into the blob store under its address', () => {
    const bytes = rootSet();
    const reference = rootReference(written(bytes));
    assert.deepEqual(reference, referenceOf(bytes));
    assert.deepEqual(readFileSync(blobPath(join(folder, 'blobs'), reference.hash)), bytes);
    assert.deepEqual(rootReference(values()), reference, 'a second time it is there already');
  });

  it('may be in the store already, and may be missing', () => {
    assert.deepEqual(rootReference({ rootHash: HASH, rootLength: 3 }), { hash: HASH, length: 3 });
    assert.equal(rootReference({}), null);
  });

  it('is refused when it is of another study, or none', () => {
    assert.throws(() => rootReference(values()), /cannot read the root set .*root\.bin: ENOENT/);
    assert.throws(
      () => rootReference(written(rootSet(), { schemaHash: `0x${'cd'.repeat(32)}` })),
      /follows the schema 0xabab.*the study's is 0xcdcd/,
    );
    assert.throws(() => rootReference(values({ features: 3 })), /has 2 features, and the study has 3/);
    writeFileSync(join(folder, 'root.bin'), 'age,sex\n');
    assert.throws(() => rootReference(values()), /is no root set; consilium-simulator root-set makes one/);
    assert.throws(() => putBlob(join(folder, 'nowhere'), rootSet()), /there is no blob store .*nowhere/);
  });
});
