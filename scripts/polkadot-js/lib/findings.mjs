// What was found wrong in rounds, in words.

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

const OF_PARTIES = {
  NoChecks: () => 'posted no checks',
  UnfoundedComplaint: (hospital) => `complained without reason of the shares of ${hospital}`,
  FalseChecks: (hospital) => `posted false checks of ${hospital}`,
  NoPartial: () => 'posted no partial aggregate',
  WrongPartial: () => 'posted a wrong partial aggregate, which was corrected',
};

/**
 * What an event of `follow` of the types `excluded`, `disputed`, `named` and `aborted` says.
 *
 * @param {string[]} parties accounts of the study's compute parties
 * @param {(account: string) => string} name of a member
 */
export function finding(event, parties, name) {
  const { type, hospital, party, fault, complaint, attempt, reason } = event;
  const who = party && `party ${party}, ${name(parties[party - 1])},`;
  switch (type) {
    case 'excluded':
      return `${name(hospital)} does not count: ${OF_UPDATES[fault]} (${fault})`;
    case 'disputed':
      return `${who} disputes the shares of ${name(hospital)}: ${complaint ? 'it cannot open them' : 'it checked them otherwise than the others'}`;
    case 'named':
      return `${who} ${OF_PARTIES[fault](hospital && name(hospital))} (${fault})`;
    case 'aborted':
      return `try ${attempt} was aborted: ${reason}`;
    default:
      throw new Error(`there are no words for ${type}`);
  }
}

/** What is wrong in the present or last try of a round, as events of `follow`. */
export function findingsOf({ excluded, committee }) {
  return [
    ...excluded.map((exclusion) => ({ type: 'excluded', ...exclusion })),
    ...(committee?.named ?? []).map((party) => ({ type: 'named', ...party })),
  ];
}
