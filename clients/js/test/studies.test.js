import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compareArtifacts, pooled, readRound, readStudy } from '../src/index.js';

const failing = (code) => ({ rpc: async () => Promise.reject(Object.assign(new Error('no'), { code })) });

describe('reading', () => {
  it('asks at a block', async () => {
    const chain = { rpc: async (...asked) => asked };
    assert.deepEqual(await readStudy(chain, 7, '0xaa'), ['rounds_study', 7, '0xaa']);
    assert.deepEqual(await readRound(chain, 7, 2, '0xaa'), ['rounds_round', 7, 2, '0xaa']);
  });

  it('finds no round where it is not open yet, and fails where there is no study', async () => {
    assert.equal(await readRound(failing(8003), 0, 9), null);
    await assert.rejects(readRound(failing(8002), 9, 1), /no/);
    await assert.rejects(readStudy(failing(8002), 9), /no/);
  });

  it('compares the artifacts of all nodes', async () => {
    const chain = (artifact) => ({ rpc: async (_, study, round) => ({ artifact: artifact(round) }) });
    const compared = await compareArtifacts([chain((round) => round), chain(() => 1)], 0, 2);
    assert.deepEqual(compared, [
      { round: 1, artifacts: [1, 1], same: true },
      { round: 2, artifacts: [2, 1], same: false },
    ]);
  });
});

describe('pooled metrics', () => {
  const attestation = (examples, accuracy, auc, logLoss) => ({
    metrics: { kind: 'Classification', examples, accuracy, auc, logLoss },
  });
  const attestations = [attestation(30, 0.8, 0.9, 0.4), attestation(10, 0.4, null, 0.8)];

  it('are weighted by test records', () => {
    const { examples, accuracy, logLoss } = pooled(attestations);
    assert.equal(examples, 40);
    assert.ok(Math.abs(accuracy - 0.7) < 1e-12);
    assert.ok(Math.abs(logLoss - 0.5) < 1e-12);
  });

  it('leave out the AUC of hospitals that have none', () => {
    assert.ok(Math.abs(pooled(attestations).auc - 0.9) < 1e-12);
    assert.equal(pooled([attestations[1]]).auc, null);
  });

  it('of a regression are those of all test records, but for R2', () => {
    const of = (examples, mae, rmse, r2) => ({ metrics: { kind: 'Regression', examples, mae, rmse, r2 } });
    const { kind, examples, mae, rmse, r2 } = pooled([
      of(30, 2, 3, 0.5),
      of(10, 4, 5, -0.1),
      of(1, 0, 0, null),
    ]);
    assert.deepEqual([kind, examples], ['Regression', 41]);
    assert.ok(Math.abs(mae - 100 / 41) < 1e-12);
    assert.ok(Math.abs(rmse - Math.sqrt((30 * 9 + 10 * 25) / 41)) < 1e-12);
    assert.ok(Math.abs(r2 - 0.35) < 1e-12);
  });

  it('are none when nobody reported', () => {
    assert.equal(pooled([]), null);
    assert.equal(pooled([{ metrics: null }]), null);
  });
});
