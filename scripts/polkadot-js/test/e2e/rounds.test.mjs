import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { compareArtifacts, proveTrail, readRound, readTrail } from '@consilium/client';
import { completed, network, openStudy, roundWhere, signers } from './shared.mjs';

const ROUNDS = 3;

describe('a study of four hospitals', () => {
  let chains;
  let study;

  before(async () => {
    const { nodes } = await network();
    chains = await Promise.all(nodes.map((node) => node.connect()));
    study = await openStudy(chains[0], { rounds: ROUNDS });
  });
  after(() => Promise.all(chains.map((chain) => chain.disconnect())));

  it('finalises all its rounds', async () => {
    const { finalisedRounds, artifact } = await completed(chains[0], study);
    assert.equal(finalisedRounds, ROUNDS);
    const last = await readRound(chains[0], study, ROUNDS);
    assert.equal(last.artifact, artifact);
    assert.equal(last.attempt, 1);
  });

  it('counts the update and the attestation of every hospital', async () => {
    const accounts = (await signers()).map(({ address }) => address).sort();
    const { committed, attestations } = await roundWhere(
      chains[0],
      study,
      ROUNDS,
      'all four attestations',
      (round) => round.attestations.length === accounts.length,
    );
    assert.deepEqual([...committed].sort(), accounts);
    assert.ok(
      attestations.every(({ verdict, metrics }) => verdict.kind === 'Accept' && metrics.examples > 0),
    );
  });

  it('has the same artifact of every round on all four nodes, by RPC', async () => {
    const compared = await compareArtifacts(chains, study, ROUNDS);
    assert.equal(
      new Set(compared.map(({ artifacts }) => artifacts[0])).size,
      ROUNDS,
      'every round changes the model',
    );
    for (const { round, artifacts, same } of compared)
      assert.ok(same, `round ${round}: ${artifacts.join(' ')}`);
  });

  it('leaves an audit trail that is proven by its head', async () => {
    const trail = await readTrail(chains[0], `study/${study}`, await chains[0].rpc('chain_getBlockHash'));
    // Opened; per round opened, four commitments, collecting ended, finalised; completed.
    assert.ok(trail.count >= 2 + ROUNDS * 7, `${trail.count} records`);
    assert.equal(proveTrail(trail).proven, true);
    assert.equal(proveTrail({ ...trail, records: trail.records.slice(0, -1) }).proven, false);
  });
});
