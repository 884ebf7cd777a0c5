import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { metric, roundStanding, standing, studyStanding, voteTogether } from '../../lib/standing.mjs';

/** As the endpoint of a node gives it. */
const endpoint = (votedRound) => `# HELP substrate_block_height Block height info of the chain
# TYPE substrate_block_height gauge
substrate_block_height{status="best",chain="consilium_local"} 88
substrate_block_height{status="finalized",chain="consilium_local"} 66
${votedRound === undefined ? '' : `substrate_finality_grandpa_round{chain="consilium_local"} ${votedRound}`}
substrate_sync_peers{chain="consilium_local"} 3
`;

describe('where nodes stand', () => {
  it('is read from their metrics', () => {
    assert.equal(metric(endpoint(7), 'substrate_block_height', 'status="finalized"'), 66);
    assert.equal(metric(endpoint(7), 'substrate_block_height', 'status="sync_target"'), null);
    assert.equal(standing('bob', endpoint(140)), 'bob at block 88, 66 final, GRANDPA round 140, 3 peers');
    assert.equal(standing('bob', endpoint()), 'bob at block 88, 66 final, GRANDPA round ?, 3 peers');
    assert.equal(standing('dave', null), 'dave does not answer');
  });

  it('is together when none needs the votes of past rounds', () => {
    assert.equal(voteTogether([140, 141, 142, 140].map(endpoint)), true);
    assert.equal(voteTogether([140, 141, 143, 140].map(endpoint)), false);
    assert.equal(voteTogether([12, 140, 140, 140].map(endpoint)), false);
    assert.equal(voteTogether([140, undefined, 140, 140].map(endpoint)), false);
  });
});

describe('where a round stands', () => {
  const name = (account) => ({ a: 'Alice', b: 'Bob', c: 'Charlie' })[account];
  const round = {
    attempt: 1,
    phase: 'Collecting',
    abortReason: null,
    openedAt: 61,
    deadline: 91,
    committed: ['a', 'b'],
    excluded: [],
    attestations: [],
  };

  it('tells the phase and who did what', () => {
    assert.equal(
      roundStanding(round, name),
      'try 1 Collecting, opened at block 61, deadline 91; committed Alice, Bob; excluded nobody; attested nobody',
    );
    const aborted = {
      ...round,
      phase: 'Aborted',
      abortReason: 'UpdateUnusable',
      excluded: [{ hospital: 'c', fault: 'Unavailable' }],
      attestations: [{ hospital: 'a', verdict: 'RejectUpdate', metrics: null }],
    };
    assert.equal(
      roundStanding(aborted, name),
      'try 1 Aborted (UpdateUnusable), opened at block 61, deadline 91; committed Alice, Bob; ' +
        'excluded Charlie (Unavailable); attested Alice (RejectUpdate)',
    );
    assert.equal(roundStanding(null, name), 'no such round');
  });

  it('tells how far the committee is', () => {
    const committee = {
      challenge: '0x00',
      checked: [1, 2, 3],
      disputes: [{ answered: true }, { answered: false }],
      judged: [],
      partials: [],
      named: [{ party: 4, fault: 'NoChecks' }],
    };
    assert.match(
      roundStanding({ ...round, committee }, name),
      /; a challenge, checks of parties 1, 2, 3; 2 disputes, 1 answered, judged by nobody; partial aggregates of nobody; named 4 \(NoChecks\)$/,
    );
  });

  it('and a study, too', () => {
    const study = { status: 'Running', haltReason: null, currentRound: 2, finalisedRounds: 1, maxRounds: 3 };
    assert.equal(studyStanding(study), 'Running, 1 of 3 rounds finalised, in round 2');
    assert.equal(
      studyStanding({ ...study, status: 'Halted', haltReason: 'TooManyAttempts' }),
      'Halted (TooManyAttempts), 1 of 3 rounds finalised, in round 2',
    );
    assert.equal(studyStanding(null), 'no such study');
  });
});
