// What happens in studies, block by block, as it becomes final.

import { readPartyFault, readRound, readStudy } from './study.mjs';

/**
 * Follows studies from the present block on until all are over.
 *
 * Yields, in the order in which it happens:
 * - `{ type: 'finalised', study, round, entry, seconds }`: a quorum accepts a model, and every hospital has given its word
 *   or the time for it is over. `seconds` from the opening of the round to the block of its finalisation, by the chain's
 *   clock, null for rounds that were finalised before the first block seen;
 * - `{ type: 'excluded', study, round, attempt, hospital, fault }`: a hospital's update does not count;
 * - `{ type: 'disputed', study, round, attempt, hospital, party, complaint }`: a party's word stands against a hospital's;
 * - `{ type: 'named', study, round, attempt, party, fault, hospital }`: a party was silent or lied;
 * - `{ type: 'aborted', study, round, attempt, reason }`: a try failed;
 * - `{ type: 'over', study, entry }`: the study is completed or halted.
 *
 * @param {AsyncIterable<Block>} blocks final blocks without gaps: see {@link finalBlocks}
 * @param {number[]} studies ids
 */
export async function* follow(blocks, studies) {
  const progress = new Map(studies.map((study) => [study, new Progress(study)]));
  const clock = new Map();
  for await (const block of blocks) {
    clock.set(block.number, block.milliseconds);
    for (const one of progress.values()) yield* one.advance(block, clock);
    if ([...progress.values()].every(({ over }) => over)) return;
  }
}

class Progress {
  constructor(study) {
    this.study = study;
    this.finalised = null;
    this.waiting = [];
    this.over = false;
  }

  async *advance(block, clock) {
    if (this.over) return;
    const { study } = this;
    const entry = await block.study(study);
    if (!entry) throw new Error(`there is no study ${study}`);
    for (const event of block.incidents(study)) yield { study, ...event };
    // Of rounds that were finalised before the first block nobody knows when.
    const end = this.finalised === null ? null : block.milliseconds;
    for (let round = (this.finalised ?? 0) + 1; round <= entry.finalisedRounds; round += 1)
      this.waiting.push({ round, end });
    this.finalised = entry.finalisedRounds;
    while (this.waiting.length > 0) {
      const [{ round, end }] = this.waiting;
      const state = await block.round(study, round);
      const complete = state.attestations.length === entry.hospitals.length || block.number > state.deadline;
      if (!complete) break;
      this.waiting.shift();
      const start = clock.get(state.openedAt) ?? (await block.millisecondsAt(state.openedAt));
      const seconds = start === null || end === null ? null : (end - start) / 1000;
      yield { type: 'finalised', study, round, entry: state, seconds };
    }
    if (entry.status !== 'Running' && this.waiting.length === 0) {
      this.over = true;
      yield { type: 'over', study, entry };
    }
  }
}

/**
 * Final blocks of a chain, from the newest on, none left out.
 *
 * @param {number} stallSeconds an error is thrown when no block is final for so long
 */
export async function* finalBlocks({ api }, stallSeconds) {
  const heads = [];
  let wake = () => {};
  const unsubscribe = await api.derive.chain.subscribeFinalizedHeads((head) => {
    heads.push(head);
    wake();
  });
  try {
    for (;;) {
      if (heads.length === 0) await arrival(stallSeconds, (resolve) => (wake = resolve));
      const head = heads.shift();
      yield await readBlock(api, head);
    }
  } finally {
    unsubscribe();
  }
}

function arrival(stallSeconds, listen) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`no block was finalised within ${stallSeconds} seconds`)),
      stallSeconds * 1000,
    ).unref();
    listen(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

async function readBlock(api, head) {
  const at = await api.at(head.hash);
  const [now, events] = await Promise.all([at.query.timestamp.now(), at.query.system.events()]);
  return {
    number: head.number.toNumber(),
    milliseconds: now.toNumber(),
    millisecondsAt: (number) => clockAt(api, number),
    study: (id) => readStudy(at, id),
    round: (id, round) => readRound(at, id, round),
    incidents: (id) => incidents(events, id),
  };
}

/** The chain's clock in an earlier block; null when its state is no longer kept. */
async function clockAt(api, number) {
  try {
    const at = await api.at(await api.rpc.chain.getBlockHash(number));
    return (await at.query.timestamp.now()).toNumber();
  } catch {
    return null;
  }
}

/** What an event of the pallet `rounds` tells beside the round, for the events that are told. */
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
  PartyNamed: ({ point, fault }) => ({ type: 'named', party: point.toNumber(), ...readPartyFault(fault) }),
  RoundAborted: ({ reason }) => ({ type: 'aborted', reason: reason.type }),
};

function incidents(events, study) {
  return events
    .map(({ event }) => event)
    .filter(({ section, method }) => section === 'rounds' && method in INCIDENTS)
    .filter(({ data }) => data.round.study.toNumber() === study)
    .map(({ method, data }) => ({
      round: data.round.round.toNumber(),
      attempt: data.round.attempt.toNumber(),
      ...INCIDENTS[method](data),
    }));
}
