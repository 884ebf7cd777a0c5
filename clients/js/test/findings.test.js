import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { finding, recordChanges } from '../src/index.js';

const name = (account) => `<${account}>`;

describe('a finding', () => {
  const words = (event) => finding({ round: 1, attempt: 2, ...event }, ['p', 'q'], name);

  it('says who is waited for, and who is not', () => {
    assert.equal(
      words({ type: 'absent', member: 'a', duty: 'Train' }),
      '<a> was silent as a hospital; it is not waited for until it is heard again',
    );
    assert.equal(
      words({ type: 'returned', member: 'a', duty: 'Compute' }),
      '<a> is heard again as a compute party',
    );
  });

  it('says since when finality stands still, and what follows when it goes on', () => {
    assert.match(words({ type: 'stalled', since: 7 }), /stands still since block 7: deadlines do not pass/);
    assert.match(words({ type: 'resumed', deadline: 9 }), /goes on; the phase under way ends at block 9$/);
  });

  it('says when a round is tried again, and how at once', () => {
    assert.match(
      words({ type: 'waiting', until: 99 }),
      /until block 99 .*resume-study\.mjs opens it at once$/,
    );
  });

  it('has words for a withheld nonce', () => {
    assert.equal(
      words({ type: 'named', party: 2, fault: 'NonceWithheld' }),
      'party 2, <q>, committed to a nonce and did not reveal it (NonceWithheld)',
    );
  });
});

describe('changes of records', () => {
  const round = (number, hashes) => ({
    round: number,
    attestations: Object.entries(hashes).map(([hospital, records]) => ({ hospital, records })),
  });

  it('are between the attestations of one hospital', () => {
    const rounds = [
      round(1, { a: '0x1', b: '0x2', c: null }),
      round(2, { a: '0x1', c: '0x3' }),
      round(3, { a: '0x4', b: '0x5', c: null }),
      round(4, { a: '0x4', b: '0x5', c: '0x3' }),
    ];
    assert.deepEqual(recordChanges(rounds), [
      { hospital: 'a', round: 3, before: 2 },
      { hospital: 'b', round: 3, before: 1 },
    ]);
  });
});
