import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hexToU8a, u8aConcat, u8aToHex } from '@polkadot/util';
import { blake2AsU8a } from '@polkadot/util-crypto';
import { proveTrail, readTrail } from '../src/index.js';

const records = ['0x01', '0x0203', '0x04'].map((scale, index) => ({ index, scale }));
const head = u8aToHex(
  records.reduce(
    (previous, { scale }) => blake2AsU8a(u8aConcat(previous, hexToU8a(scale)), 256),
    new Uint8Array(32),
  ),
);

describe('a trail', () => {
  it('is read page by page, at one block', async () => {
    const asked = [];
    const rpc = async (method, subject, cursor, limit, at) => {
      if (method === 'chain_getFinalizedHead') return '0xaa';
      asked.push([method, subject, cursor, at]);
      const next = cursor + 2 < records.length ? cursor + 2 : null;
      return { records: records.slice(cursor, cursor + 2), next, head: { count: 3, head } };
    };
    assert.deepEqual(await readTrail({ rpc }, 'study/0'), { records, count: 3, head });
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
    const altered = [first, { ...second, scale: '0x0204' }, third];
    const moved = [{ ...second, index: 0 }, { ...first, index: 1 }, third];
    for (const wrong of [altered, moved, [first, second], [second, third]]) {
      assert.equal(proveTrail({ records: wrong, count: 3, head }).proven, false);
    }
    assert.match(proveTrail({ records: [second, third], count: 3, head }).reason, /no longer in the state/);
  });
});
