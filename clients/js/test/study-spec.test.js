import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { TypeRegistry } from '@polkadot/types';
import { modelParameters, studySpec } from '../src/index.js';

const schema = JSON.parse(readFileSync(new URL('../../../docs/study.schema.json', import.meta.url), 'utf8'));
const HASH = `0x${'ab'.repeat(32)}`;
const ROOT = { hash: HASH, length: 100 };
const hospitals = ['a', 'b', 'c', 'd'];
const described = (changes) => ({
  agreement: 0,
  schema: HASH,
  model: { features: 13 },
  hospitals,
  ...changes,
});
const spec = (changes, slot = 1000) => studySpec(schema, described(changes), slot);
const committee = (content, changes) => spec({ scheme: { committee: content }, ...changes }).scheme.Committee;

describe('the specification of a study', () => {
  it('is by default FedAvg on a logistic regression, as in FLamby but for the learning rate', () => {
    const { model, training, optimizer, quorum, maxRounds, maxAttempts, seed } = spec({});
    assert.deepEqual(model, { family: 'LogisticRegression', features: 13, classes: 2 });
    assert.deepEqual(training, {
      steps: { Updates: 100 },
      batchSize: 4,
      learningRate: 10_000_000n,
      proximal: 0n,
    });
    assert.equal(optimizer, 'FedAvg');
    assert.deepEqual([quorum, maxRounds, maxAttempts, seed], [3, 15, 5, 42]);
  });

  it('is by default a linear model if it predicts a number', () => {
    const model = { features: 13, classes: 0 };
    assert.deepEqual(spec({ model }).model, { family: 'LinearRegression', features: 13, classes: 0 });
    const family = { multilayer_perceptron: { hidden: [8] } };
    assert.deepEqual(spec({ model: { ...model, family } }).model.family, {
      MultilayerPerceptron: { hidden: [8] },
    });
    const logistic = { model: { ...model, family: 'logistic_regression' } };
    assert.throws(() => spec(logistic), /model.classes is 0, a regression: its model is linear_regression/);
  });

  it('takes each family and optimiser', () => {
    const model = { features: 13, family: { multilayer_perceptron: { hidden: [8, 4] } } };
    assert.deepEqual(spec({ model }).model.family, { MultilayerPerceptron: { hidden: [8, 4] } });
    assert.deepEqual(spec({ training: { steps: { epochs: 2 } } }).training.steps, { Epochs: 2 });
    assert.deepEqual(spec({ optimizer: { fed_avg_m: {} } }).optimizer, {
      FedAvgM: { learningRate: 1_000_000_000n, momentum: 900_000_000n },
    });
    assert.deepEqual(spec({ optimizer: { fed_yogi: { tau: 0.003162 } } }).optimizer, {
      FedYogi: { learningRate: 10_000_000n, beta1: 900_000_000n, beta2: 990_000_000n, tau: 3_162_000n },
    });
  });

  it('keeps updates for ever, or as long as it is given', () => {
    assert.equal(spec({}).retentionBlocks, null);
    assert.deepEqual(
      [0, 43_200].map((retention_blocks) => spec({ retention_blocks }).retentionBlocks),
      [0, 43_200],
    );
  });

  it('has deadlines in blocks, whichever way they are given', () => {
    const deadlines = ({ collectingBlocks, attestingBlocks, scheme, retentionBlocks }) => [
      collectingBlocks,
      attestingBlocks,
      scheme.Committee.stepBlocks,
      retentionBlocks,
    ];
    assert.deepEqual(deadlines(spec({})), [30, 30, 20, null]);
    assert.deepEqual(deadlines(spec({}, 2000)), [15, 15, 10, null]);
    const given = {
      collecting_blocks: '90s',
      attesting_blocks: 7,
      retention_blocks: '1d',
      scheme: { committee: { step_blocks: '2min' } },
    };
    assert.deepEqual(deadlines(spec(given)), [90, 7, 120, 86_400]);
    assert.deepEqual(deadlines(spec(given, 4000)), [23, 7, 30, 21_600], 'rounded up');
  });

  it('has a quorum of three quarters, rounded up', () => {
    assert.equal(spec({ hospitals: ['a'], scheme: 'plain' }).quorum, 1);
    assert.equal(spec({ hospitals: ['a', 'b', 'c', 'd', 'e'] }).quorum, 4);
  });

  it('clips updates for a committee, and on request without one', () => {
    assert.deepEqual(spec({}).encoding, { clip: 1_000_000_000n, fractionBits: 24 });
    assert.deepEqual(spec({ scheme: 'plain' }).encoding, { fractionBits: 24 });
    assert.deepEqual(spec({ scheme: 'plain', encoding: { clip: 0.5, fraction_bits: 9 } }).encoding, {
      clip: 500_000_000n,
      fractionBits: 9,
    });
  });

  it('takes decimals exactly, with at most nine digits after the point', () => {
    const proximal = (value) => spec({ training: { proximal: value } }).training.proximal;
    assert.equal(proximal(0.123456789), 123_456_789n);
    assert.equal(proximal(1e-9), 1n);
    assert.throws(() => proximal(0.0123456789), /proximal: 0\.0123456789 has more than nine digits/);
  });
});

describe('the committee of a study', () => {
  it('is by default that of the hospitals, of which one may lie', () => {
    assert.deepEqual(committee({}, { model: { features: 15 } }), {
      threshold: 1,
      parties: hospitals,
      field: 'Mersenne61',
      direction: 'Off',
      projections: 1,
      weakestSuite: 'QkdMlKem768',
      stepBlocks: 20,
    });
  });

  it('tolerates half the clip against the root update', () => {
    const direction = (given, clip) => committee({ direction: given }, { encoding: { clip } }).direction;
    assert.deepEqual(direction({ exclude: { root: ROOT } }), {
      Exclude: { root: ROOT, tolerance: 500_000_000n },
    });
    assert.deepEqual(direction({ weight: { root: ROOT } }, 1e-8), { Weight: { root: ROOT, tolerance: 5n } });
    assert.deepEqual(direction({ exclude: { root: ROOT, tolerance: 0 } }), {
      Exclude: { root: ROOT, tolerance: 0n },
    });
  });

  it('takes other parties, with a threshold of a third', () => {
    const parties = ['p', 'q', 'r', 's', 't', 'u', 'v'];
    assert.deepEqual(committee({ parties }).parties, parties);
    assert.equal(committee({ parties }).threshold, 2);
    assert.equal(committee({ parties: parties.slice(0, 3) }).threshold, 1);
    const tooFew = /the threshold 1 has at least 3 parties, and this one has 2; name others with --party/;
    assert.throws(() => committee({ parties: ['p', 'q'] }), tooFew);
    assert.throws(
      () => committee({ threshold: 2 }),
      /threshold 2 has at least 5 parties, and this one has 4/,
    );
  });

  it('opens a projection for 16 parameters, at most 8', () => {
    assert.equal(committee({}).projections, 0);
    assert.equal(committee({}, { model: { features: 1000 } }).projections, 8);
    assert.equal(committee({ projections: 3 }).projections, 3);
  });
});

describe('the number of parameters', () => {
  it('is that of consilium-primitives', () => {
    assert.equal(modelParameters({ features: 13 }), 14);
    assert.equal(modelParameters({ features: 13, classes: 5 }), 70);
    assert.equal(modelParameters({ features: 13, classes: 0 }), 14);
    const family = { multilayer_perceptron: { hidden: [8, 4] } };
    assert.equal(modelParameters({ features: 13, family }), 14 * 8 + 9 * 4 + 5);
  });
});

describe('the call of a study', () => {
  const registry = new TypeRegistry();
  registry.register({
    Steps: { _enum: { Epochs: 'u32', Updates: 'u32' } },
    Adaptive: { learningRate: 'u64', beta1: 'u64', beta2: 'u64', tau: 'u64' },
    Optimizer: {
      _enum: {
        FedAvg: null,
        FedAvgM: '{"learningRate":"u64","momentum":"u64"}',
        FedAdam: 'Adaptive',
        FedYogi: 'Adaptive',
      },
    },
    Suite: { _enum: ['Plain', 'MlKem768', 'QkdMlKem768'] },
    Judged: { root: '{"hash":"H256","length":"u64"}', tolerance: 'u64' },
    Direction: { _enum: { Off: null, Exclude: 'Judged', Weight: 'Judged' } },
    Scheme: { _enum: { Plain: null, Committee: '{"direction":"Direction","weakestSuite":"Suite"}' } },
    Encoding: { clip: 'Option<u64>', fractionBits: 'u8' },
    Spec: { steps: 'Steps', optimizer: 'Optimizer', scheme: 'Scheme', encoding: 'Encoding' },
  });
  const encoded = (changes) => {
    const { training, ...rest } = spec(changes);
    return registry.createType('Spec', { ...rest, steps: training.steps }).toHuman();
  };

  it('is encoded by polkadot.js variant by variant', () => {
    const plain = encoded({ scheme: 'plain' });
    assert.deepEqual(
      [plain.steps, plain.optimizer, plain.scheme, plain.encoding],
      [{ Updates: '100' }, 'FedAvg', 'Plain', { clip: null, fractionBits: '24' }],
    );
    const full = encoded({
      optimizer: { fed_yogi: {} },
      scheme: {
        committee: { direction: { weight: { root: ROOT, tolerance: 1e-9 } }, weakest_suite: 'ml_kem_768' },
      },
    });
    assert.deepEqual(full.optimizer.FedYogi.tau, '1,000,000');
    const direction = { Weight: { root: { hash: HASH, length: '100' }, tolerance: '1' } };
    assert.deepEqual(full.scheme, { Committee: { direction, weakestSuite: 'MlKem768' } });
    assert.equal(full.encoding.clip, '1,000,000,000');
  });
});
