// Where nodes and rounds stand, in words for error messages, and whether the nodes vote together.

const BLOCKS = 'substrate_block_height';
const VOTED = 'substrate_finality_grandpa_round';
const PEERS = 'substrate_sync_peers';

/**
 * A node this many rounds of GRANDPA behind the others still gets the votes that it misses. One further behind must ask for
 * them first (sc-consensus-grandpa, `CATCH_UP_THRESHOLD`).
 */
const WITHIN_REACH = 2;

/** A value in the text of a Prometheus endpoint, by its name and one of its labels, or null. */
export function metric(text, name, label = '') {
  const found = text.split('\n').find((line) => line.startsWith(name) && line.includes(label));
  return found ? Number(found.slice(found.lastIndexOf(' '))) : null;
}

/** Whether nodes vote in the same rounds of GRANDPA, by the texts of their Prometheus endpoints. */
export function voteTogether(texts) {
  const rounds = texts.map((text) => metric(text, VOTED));
  if (rounds.includes(null)) return false;
  return Math.max(...rounds) - Math.min(...rounds) <= WITHIN_REACH;
}

/** Where a node stands, by the text of its Prometheus endpoint, which is null when it gave none. */
export function standing(node, text) {
  if (text === null) return `${node} does not answer`;
  const value = (name, label) => metric(text, name, label) ?? '?';
  const best = value(BLOCKS, 'status="best"');
  const final = value(BLOCKS, 'status="finalized"');
  return `${node} at block ${best}, ${final} final, GRANDPA round ${value(VOTED)}, ${value(PEERS)} peers`;
}

/**
 * Where a round stands.
 *
 * @param round as `readRound` gives it, or null
 * @param {(account: string) => string} name of a member
 */
export function roundStanding(round, name) {
  if (!round) return 'no such round';
  const { attempt, phase, abortReason, openedAt, deadline, committed, excluded, attestations, committee } =
    round;
  const list = (all, word) => (all.length > 0 ? all.map(word).join(', ') : 'nobody');
  return [
    `try ${attempt} ${phase}${abortReason ? ` (${abortReason})` : ''}, opened at block ${openedAt}, deadline ${deadline}`,
    `committed ${list(committed, name)}`,
    `excluded ${list(excluded, ({ hospital, fault }) => `${name(hospital)} (${fault})`)}`,
    `attested ${list(attestations, ({ hospital, verdict }) => `${name(hospital)} (${verdict})`)}`,
    ...(committee ? [committeeStanding(committee, list)] : []),
  ].join('; ');
}

function committeeStanding({ challenge, checked, disputes, judged, partials, named }, list) {
  const points = (all) => list(all, (party) => party);
  return [
    `${challenge ? 'a challenge' : 'no challenge'}, checks of parties ${points(checked)}`,
    `${disputes.length} disputes, ${disputes.filter(({ answered }) => answered).length} answered, judged by ${points(judged)}`,
    `partial aggregates of ${points(partials)}`,
    `named ${list(named, ({ party, fault }) => `${party} (${fault})`)}`,
  ].join('; ');
}

/** Where a study stands: `study` as `readStudy` gives it, or null. */
export function studyStanding(study) {
  if (!study) return 'no such study';
  const { status, haltReason, currentRound, finalisedRounds, maxRounds } = study;
  return `${status}${haltReason ? ` (${haltReason})` : ''}, ${finalisedRounds} of ${maxRounds} rounds finalised, in round ${currentRound}`;
}
