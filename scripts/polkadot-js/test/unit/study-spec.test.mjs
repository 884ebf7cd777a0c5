import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { studySpec, studyValues } from '../../lib/study-spec.mjs';

const hospitals = ['a', 'b', 'c', 'd'];
const spec = (changes) =>
  studySpec(studyValues({ agreement: 0, schemaHash: '0x00', features: 13, ...changes }), hospitals, 42);

describe('the specification of a study', () => {
  it('is by default FedAvg on a logistic regression, as FLamby has it but for the learning rate', () => {
    const { model, training, optimizer, quorum, maxRounds, maxAttempts, fractionBits, seed } = spec({});
    assert.deepEqual(model, { family: { LogisticRegression: null }, features: 13, classes: 2 });
    assert.deepEqual(training, {
      steps: { Updates: 100 },
      batchSize: 4,
      learningRate: 10_000_000n,
      proximal: 0n,
    });
    assert.deepEqual(optimizer, { FedAvg: null });
    assert.deepEqual([quorum, maxRounds, maxAttempts, fractionBits, seed], [3, 15, 5, 24, 42]);
  });

  it('takes each family and optimiser', () => {
    assert.deepEqual(spec({ model: 'multilayer-perceptron', hidden: [8, 4] }).model.family, {
      MultilayerPerceptron: { hidden: [8, 4] },
    });
    assert.deepEqual(spec({ epochs: 2 }).training.steps, { Epochs: 2 });
    assert.deepEqual(spec({ optimizer: 'fedavgm' }).optimizer, {
      FedAvgM: { learningRate: 10_000_000n, momentum: 900_000_000n },
    });
    assert.deepEqual(spec({ optimizer: 'fedyogi' }).optimizer, {
      FedYogi: { learningRate: 10_000_000n, beta1: 900_000_000n, beta2: 990_000_000n, tau: 1_000_000n },
    });
  });

  it('keeps updates for ever, or as long as it is given', () => {
    assert.equal(spec({}).retentionBlocks, null);
    assert.deepEqual(
      [spec({ retentionBlocks: 0 }).retentionBlocks, spec({ retentionBlocks: 43_200 }).retentionBlocks],
      [0, 43_200],
    );
  });

  it('has a quorum of three quarters, rounded up', () => {
    assert.equal(studySpec(studyValues({ scheme: 'plain' }), ['a'], 1).quorum, 1);
    assert.equal(studySpec(studyValues({}), ['a', 'b', 'c', 'd', 'e'], 1).quorum, 4);
  });
});
