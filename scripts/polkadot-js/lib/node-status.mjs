// The status of nodes, in words for error messages, and whether they vote together.

const BLOCKS = 'substrate_block_height';
const VOTED = 'substrate_finality_grandpa_round';
const PEERS = 'substrate_sync_peers';

/**
 * A node this many rounds of GRANDPA behind the others still gets the votes that it misses. One further
 * behind must ask for them first (sc-consensus-grandpa, `CATCH_UP_THRESHOLD`).
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

/** The status of a node, by the text of its Prometheus endpoint, which is null when it did not answer. */
export function nodeStatus(node, text) {
  if (text === null) return `${node} does not answer`;
  const value = (name, label) => metric(text, name, label) ?? '?';
  const best = value(BLOCKS, 'status="best"');
  const final = value(BLOCKS, 'status="finalized"');
  return `${node} at block ${best}, ${final} final, GRANDPA round ${value(VOTED)}, ${value(PEERS)} peers`;
}
