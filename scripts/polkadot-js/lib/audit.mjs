// The audit trail and its proof.

import { u8aConcat, u8aEq, u8aToHex } from '@polkadot/util';
import { blake2AsU8a, decodeAddress, encodeAddress } from '@polkadot/util-crypto';

const PAGE = 256;
const EXPECTED = 'expected study/0, agreement/0 or hospital/<address>';

/** A subject as the RPC takes it, as a runtime API does. */
export function parseSubject(text) {
  const [kind, id, ...rest] = text.split('/');
  if (rest.length === 0 && (kind === 'study' || kind === 'agreement') && /^\d{1,10}$/.test(id ?? '')) {
    return kind === 'study' ? { Study: Number(id) } : { Agreement: Number(id) };
  }
  if (rest.length === 0 && kind === 'hospital' && id) {
    try {
      return { Hospital: encodeAddress(decodeAddress(id), 42) };
    } catch {
      throw new Error(`${text} is no subject: ${id} is no address; ${EXPECTED}`);
    }
  }
  throw new Error(`${text} is no subject; ${EXPECTED}`);
}

/**
 * All records of a subject at a block, as the node gives them by RPC, oldest first.
 *
 * @param {string} subject study/0 and so on
 * @param {string} at hash of the block
 */
export async function readTrail({ rpc }, subject, at) {
  const records = [];
  for (let cursor = 0; cursor !== null;) {
    const page = await rpc('audit_trail', subject, cursor, PAGE, at);
    records.push(...page.records);
    cursor = page.next;
  }
  return records;
}

/** The same records in SCALE, by the runtime API, with the chain's count and head. */
export async function readEncodedTrail({ api }, subject, at) {
  const { call } = await api.at(at);
  const { count, head } = await call.auditApi.head(subject);
  const records = [];
  for (;;) {
    const cursor = records.length === 0 ? 0 : records[records.length - 1].index + 1;
    const page = await call.auditApi.trail(subject, cursor, PAGE);
    if (page.length === 0) return { records, count: count.toNumber(), head: head.toU8a() };
    records.push(...page.map((record) => ({ index: record.index.toNumber(), bytes: record.toU8a() })));
  }
}

/**
 * Computes the head from records: BLAKE2b-256(previous head ‖ SCALE(record)), from the zero hash on.
 *
 * @returns {{ proven: boolean, reason: string }}
 */
export function proveTrail({ records, count, head }) {
  if (records.length !== count || records.some(({ index }, position) => index !== position)) {
    const missing = records[0]?.index > 0 ? 'the oldest are no longer in the state' : 'some are missing';
    return { proven: false, reason: `${records.length} of ${count} records: ${missing}` };
  }
  const computed = records.reduce(
    (previous, { bytes }) => blake2AsU8a(u8aConcat(previous, bytes), 256),
    new Uint8Array(32),
  );
  if (!u8aEq(computed, head)) {
    return {
      proven: false,
      reason: `the records give the head ${u8aToHex(computed)}, the chain has ${u8aToHex(head)}`,
    };
  }
  return { proven: true, reason: `${count} records give the chain's head ${u8aToHex(head)}` };
}
