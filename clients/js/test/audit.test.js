import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TypeRegistry } from '@polkadot/types';
import { hexToU8a, u8aConcat, u8aToHex } from '@polkadot/util';
import { blake2AsU8a } from '@polkadot/util-crypto';
import { proveTrail, readTrail } from '../src/index.js';

const ALICE = '5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY';

/** The chain's types of a record, as its metadata has them. */
const registry = new TypeRegistry();
registry.register({
  Action: { _enum: ['HospitalAdmitted', 'HospitalSuspended'] },
  Subject: { _enum: { Hospital: 'AccountId', Agreement: 'u32', Study: 'u32' } },
  ConsiliumPrimitivesAuditAuditRecord: {
    sequence: 'u64',
    index: 'u64',
    block: 'u32',
    actor: 'Option<AccountId>',
    action: 'Action',
    subject: 'Subject',
    detail: 'H256',
  },
});
const createType = (type, value) => registry.createType(type, value);

const records = [{ Study: 0 }, { Agreement: 7 }, { Hospital: ALICE }].map((subject, index) => {
  const fields = { sequence: 10 + index, index, block: 3, actor: index === 1 ? ALICE : null };
  const rest = { action: 'HospitalSuspended', detail: `0x${'07'.repeat(32)}` };
  const record = createType('ConsiliumPrimitivesAuditAuditRecord', { ...fields, ...rest, subject });
  const text = `${Object.keys(subject)[0].toLowerCase()}/${Object.values(subject)[0]}`;
  return { ...fields, ...rest, subject: text, scale: record.toHex() };
});
const head = u8aToHex(
  records.reduce(
    (previous, { scale }) => blake2AsU8a(u8aConcat(previous, hexToU8a(scale)), 256),
    new Uint8Array(32),
  ),
);

describe('a trail', () => {
  it('is read page by page, at one block, from its bytes and not from what the node shows', async () => {
    const rendered = { index: 99, action: 'StudyOpened', actor: null, block: 0, detail: '0x' };
    const asked = [];
    const rpc = async (method, subject, cursor, limit, at) => {
      if (method === 'chain_getFinalizedHead') return '0xaa';
      asked.push([method, subject, cursor, at]);
      const next = cursor + 2 < records.length ? cursor + 2 : null;
      const page = records.slice(cursor, cursor + 2).map((record) => ({ ...record, ...rendered }));
      return { records: page, next, head: { count: 3, head } };
    };
    const chain = { rpc, api: { createType } };
    assert.deepEqual(await readTrail(chain, 'study/0'), { records, count: 3, head });
    assert.deepEqual(asked, [
      ['audit_trail', 'study/0', 0, '0xaa'],
      ['audit_trail', 'study/0', 2, '0xaa'],
    ]);
  });

  it('is proven by its head', () => {
    assert.equal(proveTrail({ records, count: 3, head }).proven, true);
    assert.equal(proveTrail({ records: [], count: 0, head: `0x${'00'.repeat(32)}` }).proven, true);
  });

  it('is not proven when a record is missing, moved or altered', () => {
    const [first, second, third] = records;
    const altered = [first, { ...second, scale: `${second.scale.slice(0, -1)}0` }, third];
    const moved = [{ ...second, index: 0 }, { ...first, index: 1 }, third];
    for (const wrong of [altered, moved, [first, second], [second, third]]) {
      assert.equal(proveTrail({ records: wrong, count: 3, head }).proven, false);
    }
    assert.match(proveTrail({ records: [second, third], count: 3, head }).reason, /no longer in the state/);
  });
});
