import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { metric, nodeStatus, voteTogether } from '../../lib/node-status.mjs';

/** As the endpoint of a node gives it. */
const endpoint = (votedRound) => `# HELP substrate_block_height Block height info of the chain
# TYPE substrate_block_height gauge
substrate_block_height{status="best",chain="consilium_local"} 88
substrate_block_height{status="finalized",chain="consilium_local"} 66
${votedRound === undefined ? '' : `substrate_finality_grandpa_round{chain="consilium_local"} ${votedRound}`}
substrate_sync_peers{chain="consilium_local"} 3
`;

describe('the status of nodes', () => {
  it('is read from their metrics', () => {
    assert.equal(metric(endpoint(7), 'substrate_block_height', 'status="finalized"'), 66);
    assert.equal(metric(endpoint(7), 'substrate_block_height', 'status="sync_target"'), null);
    assert.equal(nodeStatus('bob', endpoint(140)), 'bob at block 88, 66 final, GRANDPA round 140, 3 peers');
    assert.equal(nodeStatus('bob', endpoint()), 'bob at block 88, 66 final, GRANDPA round ?, 3 peers');
    assert.equal(nodeStatus('dave', null), 'dave does not answer');
  });

  it('is together when none needs the votes of past rounds', () => {
    assert.equal(voteTogether([140, 141, 142, 140].map(endpoint)), true);
    assert.equal(voteTogether([140, 141, 143, 140].map(endpoint)), false);
    assert.equal(voteTogether([12, 140, 140, 140].map(endpoint)), false);
    assert.equal(voteTogether([140, undefined, 140, 140].map(endpoint)), false);
  });
});
