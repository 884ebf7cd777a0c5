// The status of studies and rounds, in words.

/** @import { CommitteeProgress, Round, Study } from './types.js' */

/** @template T @param {T[]} all @param {(one: T) => unknown} word */
const list = (all, word) => (all.length > 0 ? all.map(word).join(', ') : 'nobody');

/** `Halted (Stopped)`, or the kind alone. @param {{ kind: string, reason?: string }} choice */
export const kindAndReason = ({ kind, reason }) => (reason ? `${kind} (${reason})` : kind);

/**
 * The status of a round.
 *
 * @param {Round | null} round
 * @param {(account: string) => string} name of a member
 */
export function roundStatus(round, name) {
  if (!round) return 'no such round';
  const { attempt, phase, openedAt, deadline, committed, excluded, attestations, committee } = round;
  return [
    `attempt ${attempt} ${kindAndReason(phase)}, opened at block ${openedAt}, deadline ${deadline}`,
    `committed ${list(committed, name)}`,
    `excluded ${list(excluded, ({ hospital, fault }) => `${name(hospital)} (${fault})`)}`,
    `attested ${list(attestations, ({ hospital, verdict }) => `${name(hospital)} (${verdict.kind})`)}`,
    ...(committee ? [committeeStatus(committee)] : []),
  ].join('; ');
}

/** @param {CommitteeProgress} progress */
function committeeStatus({ challenge, checked, disputes, judged, partials, named }) {
  const answered = disputes.filter(({ answer }) => answer !== null).length;
  return [
    `${challenge ? 'a challenge' : 'no challenge'}, checks of parties ${list(checked, String)}`,
    `${disputes.length} disputes, ${answered} answered, judged by ${list(judged, String)}`,
    `partial aggregates of ${list(partials, ({ party }) => party)}`,
    `named ${list(named, ({ party, fault }) => `${party} (${fault})`)}`,
  ].join('; ');
}

/** The status of a study. @param {Study | null} study */
export function studyStatus(study) {
  if (!study) return 'no such study';
  const { status, currentRound, finalisedRounds, spec } = study;
  const rounds = `${finalisedRounds} of ${spec.maxRounds} rounds finalised`;
  return `${kindAndReason(status)}, ${rounds}, in round ${currentRound}`;
}
