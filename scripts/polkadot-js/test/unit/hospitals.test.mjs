import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { configuration, findRecords } from '../../lib/hospitals.mjs';

const HEART = ['cleveland', 'hungarian', 'switzerland', 'va'].map((place) => `processed.${place}.data`);

describe('a folder of records', () => {
  let folder;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'consilium-'))));
  afterEach(() => rmSync(folder, { recursive: true }));
  const write = (...names) => names.forEach((name) => writeFileSync(join(folder, name), ''));

  it("is UCI heart disease, with its own schema and FLamby's split", () => {
    write(...HEART, 'flamby-split.csv');
    const found = findRecords(folder);
    assert.deepEqual(
      found.map(({ file }) => file),
      HEART.map((name) => join(folder, name)),
    );
    assert.deepEqual(
      found.map(({ split }) => split.center),
      [0, 1, 2, 3],
    );
    assert.match(found[0].schema, /heart-disease\.toml$/);
  });

  it('is UCI heart disease without a split', () => {
    write(...HEART);
    assert.equal(findRecords(folder)[3].split, null);
  });

  it('is four CSV files beside a schema', () => {
    write('schema.toml', 'd.csv', 'c.csv', 'b.csv', 'a.csv', 'root.csv', 'notes.txt');
    assert.deepEqual(
      findRecords(folder).map(({ file }) => file),
      ['a', 'b', 'c', 'd'].map((name) => join(folder, `${name}.csv`)),
    );
  });

  it('may have extensions in upper case, but no name twice', () => {
    write('schema.toml', 'd.CSV', 'c.csv', 'b.Csv', 'a.csv', 'root.CSV');
    assert.deepEqual(
      findRecords(folder).map(({ file }) => file),
      ['a.csv', 'b.Csv', 'c.csv', 'd.CSV'].map((name) => join(folder, name)),
    );
    write('d.csv');
    assert.throws(() => findRecords(folder), /there are d\.CSV and d\.csv; rename or remove one/);
  });

  it('is refused with what is missing', () => {
    assert.throws(() => findRecords(join(folder, 'nowhere')), /there is no such folder/);
    assert.throws(() => findRecords(folder), /expected schema\.toml and one CSV file/);
    write('schema.toml', 'a.csv');
    assert.throws(() => findRecords(folder), /found 1 CSV files; expected 4/);
    write(HEART[0]);
    assert.throws(() => findRecords(folder), /processed\.hungarian\.data is missing/);
  });
});

describe('a configuration', () => {
  it('is TOML, also with quotes and backslashes in a path', () => {
    const text = configuration({
      name: 'A "B"',
      records: { file: '/x\\y', test_fraction: 0.3 },
      blobs: '/blobs',
    });
    assert.match(text, /^name = "A \\"B\\""$/m);
    assert.match(text, /^file = "\/x\\\\y"$/m);
    assert.match(text, /^test_fraction = 0\.3$/m);
    assert.match(text, /^\[blobs\]\nstore = "\/blobs"$/m);
  });

  it('has no records when the node only computes', () => {
    const text = configuration({ name: 'Eve Computing', records: null, blobs: '/blobs' });
    assert.doesNotMatch(text, /records/);
    assert.match(text, /^ml_kem_768 = .*\n\n\[blobs\]$/m);
  });
});
