// How long the phases of a study's rounds take, from the phase at the end of each block.

import { median } from './throughput/statistics.mjs';

/** Least, median and greatest of numbers. */
export const spread = (values) => ({
  least: Math.min(...values),
  median: median(values),
  greatest: Math.max(...values),
});

/** Blocks and seconds of each phase of each round. */
export class PhaseTimes {
  constructor() {
    this.rounds = new Map();
    this.last = null;
  }

  /**
   * A block ended with this round in this phase; null when the study is over. Blocks come without gaps.
   *
   * @param {{ number: number, milliseconds: number }} block
   * @param {{ round: number, phase: string } | null} present
   */
  see(block, present) {
    const { last } = this;
    if (last) {
      const phases = this.rounds.get(last.round) ?? {};
      const { blocks = 0, seconds = 0 } = phases[last.phase] ?? {};
      phases[last.phase] = {
        blocks: blocks + block.number - last.number,
        seconds: seconds + (block.milliseconds - last.milliseconds) / 1000,
      };
      this.rounds.set(last.round, phases);
    }
    this.last = present && { ...present, ...block };
  }

  /** Each round with its phases, in order. A round that began before the first block is left out. */
  perRound() {
    return [...this.rounds].map(([round, phases]) => {
      const sum = (key) => Object.values(phases).reduce((total, of) => total + of[key], 0);
      return { round, blocks: sum('blocks'), seconds: sum('seconds'), phases };
    });
  }

  /** Spread of blocks and seconds: of all rounds, and of each phase over the rounds that had it. */
  summary() {
    const rounds = this.perRound();
    const names = [...new Set(rounds.flatMap(({ phases }) => Object.keys(phases)))];
    const of = (values) => ({
      blocks: spread(values.map(({ blocks }) => blocks)),
      seconds: spread(values.map(({ seconds }) => seconds)),
    });
    const phases = names.map((name) => [
      name,
      of(rounds.map(({ phases: all }) => all[name]).filter((phase) => phase)),
    ]);
    return { round: of(rounds), phases: Object.fromEntries(phases) };
  }
}

/**
 * The same blocks, with what `times` sees in them.
 *
 * @param {AsyncIterable<object>} blocks as `finalBlocks` yields them
 * @param {number} study
 * @param {PhaseTimes} times
 */
export async function* timed(blocks, study, times) {
  for await (const block of blocks) {
    const entry = await block.study(study);
    const isRunning = entry.status.kind === 'Running';
    const round = isRunning ? await block.round(study, entry.currentRound) : null;
    times.see(
      { number: block.number, milliseconds: block.milliseconds },
      round && { round: entry.currentRound, phase: round.phase.kind },
    );
    yield block;
  }
}
