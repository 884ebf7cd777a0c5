import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { roundStatus, studyStatus } from '../src/index.js';

describe('the status of a round', () => {
  const name = (account) => ({ a: 'Alice', b: 'Bob', c: 'Charlie' })[account];
  const round = {
    attempt: 1,
    phase: { kind: 'Collecting' },
    openedAt: 61,
    deadline: 91,
    committed: ['a', 'b'],
    excluded: [],
    attestations: [],
  };

  it('names the phase and who did what', () => {
    assert.equal(
      roundStatus(round, name),
      'attempt 1 Collecting, opened at block 61, deadline 91; committed Alice, Bob; ' +
        'excluded nobody; attested nobody',
    );
    const aborted = {
      ...round,
      phase: { kind: 'Aborted', reason: 'UpdateUnusable' },
      excluded: [{ hospital: 'c', fault: 'Unavailable' }],
      attestations: [{ hospital: 'a', verdict: { kind: 'RejectUpdate' }, metrics: null }],
    };
    assert.equal(
      roundStatus(aborted, name),
      'attempt 1 Aborted (UpdateUnusable), opened at block 61, deadline 91; committed Alice, Bob; ' +
        'excluded Charlie (Unavailable); attested Alice (RejectUpdate)',
    );
    assert.equal(roundStatus(null, name), 'no such round');
  });

  it("includes the committee's progress", () => {
    const committee = {
      challenge: '0x00',
      checked: [1, 2, 3],
      disputes: [{ answer: { hash: '0x00', length: 1 } }, { answer: null }],
      judged: [],
      partials: [],
      named: [{ party: 4, fault: 'NoChecks' }],
    };
    const words = roundStatus({ ...round, committee }, name)
      .split('; ')
      .slice(4);
    assert.deepEqual(words, [
      'a challenge, checks of parties 1, 2, 3',
      '2 disputes, 1 answered, judged by nobody',
      'partial aggregates of nobody',
      'named 4 (NoChecks)',
    ]);
  });
});

describe('the status of a study', () => {
  it('is how far it has come, and why it was halted', () => {
    const study = {
      status: { kind: 'Running' },
      currentRound: 2,
      finalisedRounds: 1,
      spec: { maxRounds: 3 },
    };
    assert.equal(studyStatus(study), 'Running, 1 of 3 rounds finalised, in round 2');
    assert.equal(
      studyStatus({ ...study, status: { kind: 'Halted', reason: 'AttemptsExhausted' } }),
      'Halted (AttemptsExhausted), 1 of 3 rounds finalised, in round 2',
    );
    assert.equal(studyStatus(null), 'no such study');
  });
});
