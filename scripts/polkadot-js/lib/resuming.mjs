// Studies that are halted, or wait for their next attempt: why, whether they can go on, and how.

import { kindAndReason } from '@consilium/client';
import { USUAL_NODE } from './arguments.mjs';

const NEW_STUDY =
  'an ended agreement stays ended: propose a new one (propose-agreement.mjs), and open a study under it ' +
  '(open-study.mjs)';

/** Why a study is halted. `round` is its last round, or null. */
function why({ id, status: { reason }, currentRound, spec }, round) {
  if (reason === 'AttemptsExhausted') {
    const last = round?.phase.kind === 'Aborted' ? `; the last attempt: ${kindAndReason(round.phase)}` : '';
    return (
      `round ${currentRound} was aborted as many times as the study allows, ` +
      `which is ${spec.maxAttempts}${last}`
    );
  }
  if (reason === 'AgreementEnded') return `its agreement ${spec.agreement} was revoked or has expired`;
  if (reason === 'Stopped')
    return `one of its hospitals stopped it (print-audit-trail.mjs study/${id} shows which)`;
  return reason;
}

/**
 * That a study is halted, why, and how to go on: three lines.
 *
 * @param {Study} study
 * @param {Round | null} round its last round
 * @param {(account: string) => string} name of a member
 * @param {string} node address of a node
 */
export function haltText(study, round, name, node) {
  const { id, status, spec } = study;
  const halted = `study ${id} is halted: ${why(study, round)}`;
  if (status.reason === 'AgreementEnded') return `${halted}\n  it cannot be resumed; ${NEW_STUDY}`;
  const at = node === USUAL_NODE ? '' : ` --node ${node}`;
  return [
    halted,
    `  remove the cause; then one of its hospitals (${spec.hospitals.map(name).join(', ')}) resumes it:`,
    `  scripts/polkadot-js/resume-study.mjs --study ${id} --signer-file account.key${at}`,
  ].join('\n');
}

/**
 * An error unless this account may resume the study now.
 *
 * @param {Study} study
 * @param {Round | null} round its last round
 * @param {Agreement} agreement of the study
 * @param {Hospital[]} members
 * @param {string} account
 * @param {(account: string) => string} name of a member
 */
export function ensureResumable(study, round, agreement, members, account, name) {
  const { id, status, currentRound, finalisedRounds, spec } = study;
  const waits = status.kind === 'Running' && round?.phase.kind === 'Aborted';
  if (status.kind === 'Running' && !waits) {
    throw new Error(
      `study ${id} is neither halted nor waiting but running, in round ${currentRound}; ` +
        `watch-rounds.mjs --study ${id} shows it`,
    );
  }
  if (status.kind !== 'Halted' && !waits) {
    throw new Error(
      `study ${id} is not halted but ${status.kind.toLowerCase()}, with ${finalisedRounds} of ` +
        `${spec.maxRounds} rounds finalised; to train on, open another study (open-study.mjs)`,
    );
  }
  // An agreement that has expired is still called active.
  if (agreement.status !== 'Active' || status.reason === 'AgreementEnded') {
    const state = agreement.status === 'Active' ? 'expired' : agreement.status.toLowerCase();
    throw new Error(
      `study ${id} cannot be resumed: its agreement ${spec.agreement} is ${state}; ${NEW_STUDY}`,
    );
  }
  const member = members.find((one) => one.account === account);
  if (!spec.hospitals.includes(account)) {
    throw new Error(
      `${name(account)} may not resume study ${id}, because it does not take part; one of these may: ` +
        `${spec.hospitals.map(name).join(', ')}. Give its account with --signer-file or --dev`,
    );
  }
  if (!member || member.suspended) {
    const state = member ? 'is suspended' : 'is no longer a member';
    throw new Error(
      `${name(account)} may not resume study ${id}, because it ${state}; let another of its hospitals do it`,
    );
  }
}
