import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PhaseTimes, spread, timed } from '../../lib/phases.mjs';

const PHASES = ['Collecting', 'Attesting', 'Attesting', 'Collecting', 'Attesting'];
const ROUNDS = [1, 1, 1, 2, 2];

describe('the times of phases', () => {
  const times = new PhaseTimes();
  const at = (number) => ({ number, milliseconds: number * 1500 });
  PHASES.forEach((phase, index) => times.see(at(index + 7), { round: ROUNDS[index], phase }));
  times.see(at(12), null);

  it('reach from the block that began a phase to the one that began the next', () => {
    assert.deepEqual(times.perRound(), [
      {
        round: 1,
        blocks: 3,
        seconds: 4.5,
        phases: { Collecting: { blocks: 1, seconds: 1.5 }, Attesting: { blocks: 2, seconds: 3 } },
      },
      {
        round: 2,
        blocks: 2,
        seconds: 3,
        phases: { Collecting: { blocks: 1, seconds: 1.5 }, Attesting: { blocks: 1, seconds: 1.5 } },
      },
    ]);
  });

  it('are spread over the rounds', () => {
    const { round, phases } = times.summary();
    assert.deepEqual(round.blocks, { least: 2, median: 2.5, greatest: 3 });
    assert.deepEqual(Object.keys(phases), ['Collecting', 'Attesting']);
    assert.deepEqual(phases.Attesting.seconds, { least: 1.5, median: 2.25, greatest: 3 });
  });

  it('of several attempts are added up', () => {
    const retried = new PhaseTimes();
    ['Collecting', 'Attesting', 'Collecting', 'Attesting'].forEach((phase, index) =>
      retried.see(at(index), { round: 1, phase }),
    );
    retried.see(at(4), null);
    assert.equal(retried.perRound()[0].phases.Collecting.blocks, 2);
  });

  it('come from the blocks of a study until it is over', async () => {
    const seen = new PhaseTimes();
    async function* blocks() {
      for (let number = 1; number <= 3; number += 1) {
        yield {
          ...at(number),
          study: async () => ({ status: { kind: number < 3 ? 'Running' : 'Completed' }, currentRound: 4 }),
          round: async () => ({ phase: { kind: number === 1 ? 'Collecting' : 'Attesting' } }),
        };
      }
    }
    const numbers = [];
    for await (const { number } of timed(blocks(), 0, seen)) numbers.push(number);
    assert.deepEqual(numbers, [1, 2, 3]);
    assert.deepEqual(seen.perRound(), [
      {
        round: 4,
        blocks: 2,
        seconds: 3,
        phases: { Collecting: { blocks: 1, seconds: 1.5 }, Attesting: { blocks: 1, seconds: 1.5 } },
      },
    ]);
  });
});

describe('the spread', () => {
  it('of an odd and of an even number of values', () => {
    assert.deepEqual(spread([3, 1, 2]), { least: 1, median: 2, greatest: 3 });
    assert.deepEqual(spread([4, 1, 2, 3]), { least: 1, median: 2.5, greatest: 4 });
  });
});
