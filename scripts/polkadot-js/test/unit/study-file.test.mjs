import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { UsageError } from '../../lib/arguments.mjs';
import { describeStudy, studyOptions } from '../../lib/study-file.mjs';

const HASH = `0x${'ab'.repeat(32)}`;
const least = { agreement: '0', schemaHash: HASH, features: '13' };
const described = (changes) => describeStudy({ ...least, ...changes });
const refused = (changes, message) =>
  assert.throws(
    () => described(changes),
    (error) => {
      assert.ok(error instanceof UsageError);
      assert.match(error.message, message);
      return true;
    },
  );

describe('a study that is described by options', () => {
  it('has the keys of the chain', () => {
    assert.deepEqual(described({}), { agreement: 0, schema: HASH, model: { features: 13 } });
    const {
      training,
      model,
      max_rounds: rounds,
    } = described({
      ...{ rounds: '3', learningRate: '0.003162', epochs: 2 },
      ...{ model: 'multilayer-perceptron', hidden: '16, 8' },
    });
    assert.deepEqual(training, { steps: { epochs: 2 }, learning_rate: 0.003162 });
    assert.deepEqual([rounds, model.family], [3, { multilayer_perceptron: { hidden: [16, 8] } }]);
  });

  it('takes the words of variants with and without hyphens', () => {
    for (const word of ['fedyogi', 'fed-yogi', 'fed_yogi']) {
      assert.deepEqual(described({ optimizer: word, tau: '0.1' }).optimizer, { fed_yogi: { tau: 0.1 } });
    }
    const { committee } = described({ weakestSuite: 'ml-kem-768' }).scheme;
    assert.deepEqual(committee, { weakest_suite: 'ml_kem_768' });
    assert.equal(described({ scheme: 'plain' }).scheme, 'plain');
  });

  it('excludes hostile directions when there is a root set, or weighs by them', () => {
    const root = { rootHash: HASH, rootLength: '3' };
    const direction = (changes) => described({ ...root, ...changes }).scheme.committee.direction;
    assert.deepEqual(direction({}), { exclude: { root: { hash: HASH, length: 3 } } });
    const weighed = { root: { hash: HASH, length: 3 }, tolerance: 0 };
    assert.deepEqual(direction({ direction: 'weight', tolerance: '0' }), { weight: weighed });
    assert.equal(described({ direction: 'off' }).scheme.committee.direction, 'off');
  });

  it('is refused with the option and what would be right', () => {
    assert.throws(() => describeStudy({}), /agreement is missing; give it with --agreement \(see --help\)/);
    assert.throws(() => describeStudy({}), /schema is missing; give it with --schema-hash/);
    assert.throws(() => describeStudy({}), /model\.features is missing; give it with --features/);
    refused({ rounds: 'many' }, /^--rounds many: expected a whole number from 1 on$/);
    refused({ rounds: '0' }, /^--rounds 0: expected a whole number from 1 on$/);
    refused({ projections: '33' }, /^--projections 33: expected a whole number from 0 to 32$/);
    refused(
      { optimizer: 'sgd' },
      /^--optimizer sgd: expected one of fed_avg, fed_avg_m, fed_adam, fed_yogi$/,
    );
    refused({ clip: '0' }, /^--clip 0: expected a number above 0$/);
    refused({ learningRate: '-1' }, /^--learning-rate -1: expected a number from 0 on$/);
    refused({ schemaHash: '0xab' }, /^--schema-hash 0xab: expected 0x and 64 hexadecimal digits$/);
    refused(
      { model: 'multilayer-perceptron', hidden: '16,0' },
      /^--hidden 16,0: expected a whole number from 1 on$/,
    );
  });

  it('is refused when options do not fit each other', () => {
    refused({ updates: 1, epochs: 1 }, /--updates and --epochs exclude each other/);
    refused({ momentum: '0.5' }, /^--momentum 0\.5 does not apply to --optimizer fed-avg$/);
    refused({ hidden: '8' }, /^--hidden 8 does not apply to --model logistic-regression$/);
    refused({ scheme: 'plain', threshold: 1 }, /^--threshold 1 does not apply to --scheme plain$/);
    refused({ scheme: 'plain', party: ['Bob'] }, /^--party Bob does not apply to --scheme plain$/);
    refused({ scheme: 'plain', projections: 0 }, /^--projections 0 does not apply to --scheme plain$/);
    refused({ direction: 'off', rootHash: HASH, rootLength: 1 }, /does not apply to --direction off$/);
    refused({ tolerance: '1', direction: 'off' }, /^--tolerance 1 does not apply to --direction off$/);
    const incomplete =
      /file \(--root\) and blob_store \(--blob-store\), or hash \(--root-hash\) and length \(--root-len/;
    for (const one of [{ root: 'f' }, { blobStore: 'd' }, { rootHash: HASH }, { rootLength: 1 }]) {
      refused(one, incomplete);
    }
    refused({ root: 'f', blobStore: 'd', rootHash: HASH, rootLength: 1 }, incomplete);
    refused({ direction: 'weight' }, /weight\.root is missing; give it with --root, --blob-store/);
    refused({ tolerance: '1' }, /exclude\.root is missing; give it with --root, --blob-store/);
  });
});

describe('a study.toml', () => {
  let folder;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'consilium-'))));
  afterEach(() => rmSync(folder, { recursive: true }));
  const written = (text) => {
    const file = join(folder, 'study.toml');
    writeFileSync(file, text);
    return file;
  };
  const example = fileURLToPath(new URL('../../../../examples/study.toml', import.meta.url));

  it('is checked, as the example is', () => {
    const { encoding, optimizer, scheme } = describeStudy({}, example);
    assert.deepEqual(encoding, { clip: 0.5 });
    assert.deepEqual(Object.keys(optimizer), ['fed_adam']);
    const { root } = scheme.committee.direction.exclude;
    assert.deepEqual(root, { file: join(example, '../root-set.bin'), blob_store: '/srv/consilium/blobs' });
  });

  it('is overridden by options, which keep what they do not name', () => {
    const { optimizer, max_rounds: rounds } = describeStudy(
      { rounds: '2', optimizer: 'fedyogi', tau: '0.5' },
      example,
    );
    assert.deepEqual([rounds, optimizer], [2, { fed_yogi: { learning_rate: 0.01, beta_1: 0.9, tau: 0.5 } }]);
    const { direction } = describeStudy({ direction: 'weight' }, example).scheme.committee;
    assert.deepEqual(direction.weight.tolerance, 0.25);
    assert.equal(describeStudy({ scheme: 'plain' }, example).scheme, 'plain');
    assert.deepEqual(describeStudy({ epochs: 3 }, example).training.steps, { epochs: 3 });
  });

  it('is refused with the file, the key and what would be right', () => {
    const file = written(`
      agrement = 1
      max_rounds = "x"
      [model]
      features = 0
      classes = 1
      [optimizer.fed_adam]
      tau = -1
      [training.steps]
      updates = 1
      epochs = 1
      [scheme.comittee]
    `);
    const lines = [
      'agreement is missing; give it with --agreement (see --help)',
      'schema is missing; give it with --schema-hash (see --help)',
      'unknown key agrement; did you mean agreement?',
      'max_rounds: expected a whole number from 1 on, found "x"',
      'model.features: expected a whole number from 1 on, found 0',
      'model.classes: expected a whole number from 0 on, but not 1, found 1',
      'training.steps: expected one of updates, epochs',
      'optimizer.fed_adam.tau: expected a number from 0 on, found -1',
      'unknown key scheme.comittee; did you mean committee?',
    ];
    assert.throws(
      () => describeStudy({}, file),
      (error) => {
        assert.deepEqual(
          new Set(error.message.split('\n')),
          new Set(lines.map((line) => `${file}: ${line}`)),
        );
        return true;
      },
    );
  });

  it('is refused with the line when it is not TOML, and when it is missing', () => {
    const file = written('agreement = 1\nschema = \n');
    assert.throws(() => describeStudy({}, file), new RegExp(`${file}:2: Invalid TOML document`));
    assert.throws(
      () => describeStudy({}, join(folder, 'none.toml')),
      /cannot read the study .*none\.toml: ENOENT/,
    );
  });
});

describe('the options of a study', () => {
  it('are those of the keys, with their defaults in the help', () => {
    const help = (name) => studyOptions.find(({ long }) => long === `--${name}`);
    assert.match(help('rounds').description, /\(default: 15\)$/);
    assert.match(help('hidden').description, /\(default: 16\)$/);
    assert.match(help('scheme').description, /\(default: committee\)$/);
    assert.equal(help('weakest-suite').flags, '--weakest-suite <qkd-ml-kem-768|ml-kem-768|plain>');
    assert.equal(new Set(studyOptions.map(({ long }) => long)).size, studyOptions.length);
  });
});
