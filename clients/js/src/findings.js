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
};

/**
 * The text of an event of `follow` of the types `excluded`, `disputed`, `named` and `aborted`.
 *
 * @param {Omit<StudyEvent, 'study'>} event
 * @param {string[]} parties accounts of the study's compute parties
 * @param {(account: string) => string} name of a member
 */
export function finding(event, parties, name) {
  const { type, hospital, party, fault, complaint, attempt, reason } = event;
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
    default:
      throw new Error(`an event of the type ${type} is not a finding`);
  }
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
