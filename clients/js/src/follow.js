// What happens in studies, block by block, as it becomes final.

import { readStudy } from './studies.js';

/** @import { Block, Chain, StudyEvent } from './types.js' */

/**
 * Follows studies from the present block on until all are over.
 *
 * Yields, in the order in which it happens:
 * - `{ type: 'finalised', study, round, entry, seconds }`: a quorum accepts a model, and every hospital has
 *   attested or the time for it is over. `seconds` from the opening of the round to the block of its
 *   finalisation, by the chain's clock, null for rounds that were finalised before the first block seen;
 * - `{ type: 'excluded', study, round, attempt, hospital, fault }`: a hospital's update does not count;
 * - `{ type: 'disputed', study, round, attempt, hospital, party, complaint }`: a party disputes a hospital's
 *   shares;
 * - `{ type: 'named', study, round, attempt, party, fault, hospital }`: a party was silent or posted
 *   something wrong;
 * - `{ type: 'aborted', study, round, attempt, reason }`: an attempt failed;
 * - `{ type: 'waiting', study, round, attempt, until }`: a round has failed as often as the study foresees;
 *   the next attempt opens after the block `until`;
 * - `{ type: 'absent', study, round, attempt, member, duty }`: a member was silent, and is not waited for;
 * - `{ type: 'returned', study, round, attempt, member, duty }`: it was heard again;
 * - `{ type: 'stalled', study, round, attempt, since }`: finality has stood still since this block, and no
 *   deadline passes;
 * - `{ type: 'resumed', study, round, attempt, deadline }`: finality goes on;
 * - `{ type: 'over', study, entry }`: the study is completed or halted.
 *
 * @param {AsyncIterable<Block>} blocks final blocks without gaps: see {@link finalBlocks}
 * @param {number[]} studies ids
 * @returns {AsyncGenerator<StudyEvent, void, void>}
 */
export async function* follow(blocks, studies) {
  const progress = studies.map((study) => new Progress(study));
  const clock = new Map();
  for await (const block of blocks) {
    clock.set(block.number, block.milliseconds);
    for (const one of progress) yield* one.advance(block, clock);
    if (progress.every(({ over }) => over)) return;
  }
}

class Progress {
  /** @param {number} study */
  constructor(study) {
    this.study = study;
    this.finalised = /** @type {number | null} */ (null);
    this.waiting = /** @type {{ round: number, end: number | null }[]} */ ([]);
    this.over = false;
  }

  /**
   * @param {Block} block
   * @param {Map<number, number>} clock
   * @returns {AsyncGenerator<StudyEvent, void, void>}
   */
  async *advance(block, clock) {
    if (this.over) return;
    const { study } = this;
    const entry = await block.study(study);
    for (const event of block.incidents(study)) yield { ...event, study };
    // The time of rounds that were finalised before the first block is unknown.
    const end = this.finalised === null ? null : block.milliseconds;
    for (let round = (this.finalised ?? 0) + 1; round <= entry.finalisedRounds; round += 1) {
      this.waiting.push({ round, end });
    }
    this.finalised = entry.finalisedRounds;
    while (this.waiting.length > 0) {
      const [{ round, end }] = this.waiting;
      const state = await block.round(study, round);
      if (state.attestations.length < entry.spec.hospitals.length && block.number <= state.deadline) break;
      this.waiting.shift();
      const start = clock.get(state.openedAt) ?? (await block.millisecondsAt(state.openedAt));
      const seconds = start === null || end === null ? null : (end - start) / 1000;
      yield { type: 'finalised', study, round, entry: state, seconds };
    }
    if (entry.status.kind !== 'Running' && this.waiting.length === 0) {
      this.over = true;
      yield { type: 'over', study, entry };
    }
  }
}

/**
 * Final blocks of a chain, from the newest on, none left out.
 *
 * @param {Chain} chain
 * @param {number} stallSeconds an error is thrown when no block becomes final for so long
 * @returns {AsyncGenerator<Block, void, void>}
 */
export async function* finalBlocks(chain, stallSeconds) {
  /** @type {any[]} */
  const heads = [];
  let wake = /** @type {(value?: unknown) => void} */ (() => {});
  const unsubscribe = await chain.api.derive.chain.subscribeFinalizedHeads((head) => {
    heads.push(head);
    wake();
  });
  try {
    for (;;) {
      if (heads.length === 0) await arrival(stallSeconds, (resolve) => (wake = resolve));
      yield await readBlock(chain, heads.shift());
    }
  } finally {
    unsubscribe();
  }
}

/** @param {number} stallSeconds @param {(resolve: (value?: unknown) => void) => void} listen */
function arrival(stallSeconds, listen) {
  return new Promise((resolve, reject) => {
    const late = () => reject(new Error(`no block was finalised within ${stallSeconds} s`));
    const timer = /** @type {any} */ (setTimeout(late, stallSeconds * 1000));
    // It does not keep a process of Node.js from ending.
    timer.unref?.();
    listen((value) => {
      clearTimeout(timer);
      resolve(value);
    });
  });
}

/** @param {Chain} chain @param {any} head @returns {Promise<Block>} */
async function readBlock(chain, head) {
  const at = await chain.api.at(head.hash);
  const [now, events] = /** @type {any[]} */ (
    await Promise.all([at.query.timestamp.now(), at.query.system.events()])
  );
  const hash = head.hash.toHex();
  return {
    number: head.number.toNumber(),
    milliseconds: now.toNumber(),
    millisecondsAt: (number) => clockAt(chain, number),
    study: (id) => readStudy(chain, id, hash),
    round: (id, round) => chain.rpc('rounds_round', id, round, hash),
    incidents: (id) => incidents(events, id),
  };
}

/**
 * The chain's clock in an earlier block; null when its state is no longer kept.
 *
 * @param {Chain} chain
 * @param {number} number
 */
async function clockAt({ api }, number) {
  try {
    const at = await api.at(await api.rpc.chain.getBlockHash(number));
    return /** @type {any} */ (await at.query.timestamp.now()).toNumber();
  } catch {
    return null;
  }
}

/**
 * For each event of the pallet `rounds` that is reported: its content beside the round.
 *
 * @type {Record<string, (data: any) => object>}
 */
const INCIDENTS = {
  HospitalExcluded: ({ hospital, fault }) => ({
    type: 'excluded',
    hospital: hospital.toString(),
    fault: fault.type,
  }),
  DisputeOpened: ({ hospital, point, complaint }) => ({
    type: 'disputed',
    hospital: hospital.toString(),
    party: point.toNumber(),
    complaint: complaint.isTrue,
  }),
  PartyNamed: ({ point, fault }) => ({
    type: 'named',
    party: point.toNumber(),
    fault: fault.type,
    // Set only for what a party did to the shares of one hospital.
    hospital: fault.inner.isEmpty ? undefined : fault.inner.toString(),
  }),
  RoundAborted: ({ reason }) => ({ type: 'aborted', reason: reason.type }),
  StudyWaiting: ({ until }) => ({ type: 'waiting', until: until.toNumber() }),
  MemberAbsent: ({ member, duty }) => ({ type: 'absent', member: member.toString(), duty: duty.type }),
  MemberReturned: ({ member, duty }) => ({ type: 'returned', member: member.toString(), duty: duty.type }),
  FinalityStalled: ({ since }) => ({ type: 'stalled', since: since.toNumber() }),
  FinalityResumed: ({ deadline }) => ({ type: 'resumed', deadline: deadline.toNumber() }),
};

/** @param {any[]} events @param {number} study @returns {any[]} */
const incidents = (events, study) =>
  events
    .map(({ event }) => event)
    .filter(({ section, method }) => section === 'rounds' && method in INCIDENTS)
    .filter(({ data }) => data.round.study.toNumber() === study)
    .map(({ method, data }) => ({
      round: data.round.round.toNumber(),
      attempt: data.round.attempt.toNumber(),
      ...INCIDENTS[method](data),
    }));
