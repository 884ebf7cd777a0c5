// The audit trail and its proof.

import { hexToU8a, u8aConcat, u8aToHex } from '@polkadot/util';
import { blake2AsU8a } from '@polkadot/util-crypto';

/** @import { AuditRecord, Chain, Hex, Trail } from './types.js' */

/** Records in one answer, the most that the node gives. */
const PAGE = 256;

/** A record's type in the chain's metadata. */
const RECORD = 'ConsiliumPrimitivesAuditAuditRecord';

/**
 * A record as its bytes have it. The node's own rendering is not used: the head proves the bytes alone.
 *
 * @param {Chain} chain
 * @param {Hex} scale
 * @returns {AuditRecord}
 */
function decode({ api }, scale) {
  /** @type {any} */
  const record = api.createType(RECORD, scale);
  const { sequence, index, block, actor, action, subject, detail } = record;
  return {
    sequence: sequence.toNumber(),
    index: index.toNumber(),
    block: block.toNumber(),
    actor: actor.isSome ? actor.unwrap().toString() : null,
    action: action.type,
    subject: `${subject.type.toLowerCase()}/${subject.inner}`,
    detail: detail.toHex(),
    scale,
  };
}

/**
 * All records of a subject at a block, oldest first, decoded from the bytes that the head proves.
 *
 * @param {Chain} chain
 * @param {string} subject study/0, agreement/0 or hospital/<address>
 * @param {string} [at] hash of the block; by default the last final one
 * @returns {Promise<Trail>}
 */
export async function readTrail(chain, subject, at) {
  const block = at ?? (await chain.rpc('chain_getFinalizedHead'));
  /** @type {AuditRecord[]} */
  const records = [];
  for (let cursor = 0; ;) {
    const page = await chain.rpc('audit_trail', subject, cursor, PAGE, block);
    for (const { scale } of page.records) records.push(decode(chain, scale));
    if (page.next === null) return { records, ...page.head };
    cursor = page.next;
  }
}

/**
 * Computes the head from the records: BLAKE2b-256(previous head ‖ SCALE(record)), from the zero hash on. It
 * equals the chain's only if no record is missing, moved or altered.
 *
 * @param {Trail} trail
 * @returns {{ proven: boolean, reason: string }}
 */
export function proveTrail({ records, count, head }) {
  if (records.length !== count || records.some(({ index }, position) => index !== position)) {
    const missing = records[0]?.index > 0 ? 'the oldest are no longer in the state' : 'some are missing';
    return { proven: false, reason: `${records.length} of ${count} records: ${missing}` };
  }
  let bytes = /** @type {Uint8Array} */ (new Uint8Array(32));
  for (const { scale } of records) bytes = blake2AsU8a(u8aConcat(bytes, hexToU8a(scale)), 256);
  const computed = u8aToHex(bytes);
  if (computed !== head)
    return { proven: false, reason: `the records give the head ${computed}, the chain has ${head}` };
  return { proven: true, reason: `${count} records give the chain's head ${head}` };
}
