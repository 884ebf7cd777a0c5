import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { follow } from '../src/index.js';

const round = (openedAt, attestations, deadline = 100) => ({
  openedAt,
  deadline,
  attestations: Array.from({ length: attestations }, () => ({})),
});

/** First block whose state is kept. */
const KEPT = 5;

/** Blocks two seconds apart, from 10 on; each entry is the state of the chain there. */
async function* blocks(states) {
  for (const [index, { study, rounds = {}, incidents = [] }] of states.entries()) {
    yield {
      number: 10 + index,
      milliseconds: (10 + index) * 2000,
      millisecondsAt: async (number) => (number < KEPT ? null : number * 2000),
      study: async () => {
        if (!study) throw new Error('there is no study 0 at this block');
        return { spec: { hospitals: ['a', 'b'] }, ...study };
      },
      round: async (_, number) => rounds[number],
      incidents: () => incidents,
    };
  }
}

async function events(states) {
  const seen = [];
  for await (const event of follow(blocks(states), [0])) seen.push(event);
  return seen;
}

const running = (finalisedRounds) => ({ status: { kind: 'Running' }, finalisedRounds });
const completed = (finalisedRounds) => ({ status: { kind: 'Completed' }, finalisedRounds });

describe('following a study', () => {
  it('reports each round once, with its seconds by the clock of the chain', async () => {
    const seen = await events([
      { study: running(0) },
      { study: running(0) },
      { study: running(1), rounds: { 1: round(10, 2) } },
      { study: running(1), rounds: { 1: round(10, 2) } },
      { study: completed(2), rounds: { 1: round(10, 2), 2: round(12, 2) } },
    ]);
    assert.deepEqual(
      seen.map(({ type, round: number, seconds }) => [type, number, seconds]),
      [
        ['finalised', 1, 4],
        ['finalised', 2, 4],
        ['over', undefined, undefined],
      ],
    );
  });

  it('waits for the attestations of slow hospitals, but not beyond the deadline', async () => {
    const late = await events([
      { study: running(0) },
      { study: completed(1), rounds: { 1: round(10, 1) } },
      { study: completed(1), rounds: { 1: round(10, 2) } },
    ]);
    assert.deepEqual(
      late.map(({ type }) => type),
      ['finalised', 'over'],
    );
    assert.equal(late[0].entry.attestations.length, 2);
    assert.equal(late[0].seconds, 2, 'the seconds end with the finalisation, not with the last attestation');

    const silent = await events([
      { study: running(0) },
      { study: completed(1), rounds: { 1: round(10, 1, 11) } },
      { study: completed(1), rounds: { 1: round(10, 1, 11) } },
    ]);
    assert.equal(silent[0].entry.attestations.length, 1);
  });

  it('looks up when a round was opened that was under way before the first block', async () => {
    const seconds = async (openedAt) =>
      (await events([{ study: running(0) }, { study: completed(1), rounds: { 1: round(openedAt, 2) } }]))[0]
        .seconds;
    assert.equal(await seconds(7), 8);
    assert.equal(await seconds(KEPT - 1), null, 'the state of that block is gone');
  });

  it('does not know the seconds of a round that was finalised before the first block', async () => {
    const seen = await events([{ study: completed(1), rounds: { 1: round(7, 2) } }]);
    assert.equal(seen[0].seconds, null);
  });

  it('reports findings and aborted attempts in their order', async () => {
    const incidents = [
      { type: 'excluded', round: 1, attempt: 1, hospital: 'b', fault: 'NormTooLarge' },
      { type: 'aborted', round: 1, attempt: 1, reason: 'TooFewUpdates' },
    ];
    const seen = await events([
      { study: running(0), incidents },
      { study: { status: { kind: 'Halted', reason: 'Stopped' }, finalisedRounds: 0 } },
    ]);
    assert.deepEqual(
      seen.slice(0, 2),
      incidents.map((incident) => ({ study: 0, ...incident })),
    );
    assert.equal(seen[2].type, 'over');
  });

  it('stops when there is no such study', async () => {
    await assert.rejects(events([{ study: null }]), /there is no study 0/);
  });
});
