// What was found wrong in rounds, in words.

/** @import { Round, StudyEvent } from './types.js' */

/** @type {Record<string, string>} */
const OF_UPDATES = {
  Unavailable: 'its update is missing, or altered',
  Malformed: 'its update is malformed',
  MalformedSharing: "its shares lie on no polynomial of the committee's threshold",
  InvalidProof: "the proof of its update's norm does not hold",
  NormTooLarge: 'its update is above the norm bound',
  ProjectionTooLarge: 'its update is small only modulo p',
  HostileDirection: 'its update points away from the root update',
  DisputeUnanswered: 'it did not publish the disputed shares',
  DisputeLost: 'the shares that it published are wrong',
};

/** @type {Record<string, (hospital?: string) => string>} */
const OF_PARTIES = {
  NoChecks: () => 'posted no checks',
  UnfoundedComplaint: (hospital) => `rejected the shares of ${hospital} without reason`,
  FalseChecks: (hospital) => `posted false checks of ${hospital}`,
  NoPartial: () => 'posted no partial aggregate',
  WrongPartial: () => 'posted a wrong partial aggregate, which was corrected',
  NonceWithheld: () => 'committed to a nonce and did not reveal it',
};

/** What a member does in a study. @type {Record<string, string>} */
const DUTIES = { Train: 'a hospital', Compute: 'a compute party' };

/**
 * The text of an event of `follow` of any type but `finalised` and `over`.
 *
 * @param {Omit<StudyEvent, 'study'>} event
 * @param {string[]} parties accounts of the study's compute parties
 * @param {(account: string) => string} name of a member
 */
export function finding(event, parties, name) {
  const { type, hospital, party, fault, complaint, attempt, reason, member, duty } = event;
  const who = party && `party ${party}, ${name(parties[party - 1])},`;
  switch (type) {
    case 'excluded':
      return `${name(hospital)} does not count: ${OF_UPDATES[fault]} (${fault})`;
    case 'disputed': {
      const why = complaint ? 'it cannot open them' : "its checks differ from the other parties'";
      return `${who} disputes the shares of ${name(hospital)}: ${why}`;
    }
    case 'named':
      return `${who} ${OF_PARTIES[fault](hospital && name(hospital))} (${fault})`;
    case 'aborted':
      return `attempt ${attempt} was aborted: ${reason}`;
    case 'waiting':
      return (
        `waits until block ${event.until} for its next attempt; remove the cause, and resume-study.mjs ` +
        'opens it at once'
      );
    case 'absent':
      return `${name(member)} was silent as ${DUTIES[duty]}; it is not waited for until it is heard again`;
    case 'returned':
      return `${name(member)} is heard again as ${DUTIES[duty]}`;
    case 'stalled':
      return `finality stands still since block ${event.since}: deadlines do not pass until it goes on`;
    case 'resumed':
      return `finality goes on; the phase under way ends at block ${event.deadline}`;
    default:
      throw new Error(`an event of the type ${type} is not a finding`);
  }
}

/**
 * Where hospitals attested to other records than in the round before: for each hospital and round, the round
 * in which it attested to the records of before last.
 *
 * @param {Round[]} rounds of a study, from the first
 * @returns {{ hospital: string, round: number, before: number }[]}
 */
export function recordChanges(rounds) {
  /** @type {Map<string, { round: number, records: string }>} */
  const last = new Map();
  return rounds.flatMap(({ round, attestations }) =>
    attestations.flatMap(({ hospital, records }) => {
      if (records === null) return [];
      const before = last.get(hospital);
      last.set(hospital, { round, records });
      return before && before.records !== records ? [{ hospital, round, before: before.round }] : [];
    }),
  );
}

/**
 * The findings of the present or last attempt of a round, as events of `follow`.
 *
 * @param {Round} round
 * @returns {Omit<StudyEvent, 'study'>[]}
 */
export const findingsOf = ({ excluded, committee }) => [
  ...excluded.map((exclusion) => ({ type: /** @type {const} */ ('excluded'), ...exclusion })),
  ...(committee?.named ?? []).map((party) => ({ type: /** @type {const} */ ('named'), ...party })),
];
