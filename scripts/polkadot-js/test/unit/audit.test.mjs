import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hexToU8a, u8aConcat } from '@polkadot/util';
import { blake2AsU8a } from '@polkadot/util-crypto';
import { parseSubject, proveTrail } from '../../lib/audit.mjs';

const ALICE = '5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY';

describe('a subject', () => {
  it('is a study, an agreement or a hospital', () => {
    assert.deepEqual(parseSubject('study/7'), { Study: 7 });
    assert.deepEqual(parseSubject('agreement/0'), { Agreement: 0 });
    assert.deepEqual(parseSubject(`hospital/${ALICE}`), { Hospital: ALICE });
    for (const wrong of [
      '',
      'study',
      'study/',
      'study/x',
      'study/1/2',
      'round/1',
      'hospital/bob',
      'hospital/',
    ]) {
      assert.throws(() => parseSubject(wrong), /expected study\/0, agreement\/0 or hospital\/<address>/);
    }
  });
});

describe('a trail', () => {
  const records = ['0x01', '0x0203', '0x04'].map((hex, index) => ({ index, bytes: hexToU8a(hex) }));
  const head = records.reduce(
    (previous, { bytes }) => blake2AsU8a(u8aConcat(previous, bytes), 256),
    new Uint8Array(32),
  );

  it('is proven by its head', () => {
    assert.equal(proveTrail({ records, count: 3, head }).proven, true);
    assert.equal(proveTrail({ records: [], count: 0, head: new Uint8Array(32) }).proven, true);
  });

  it('is not proven when a record is missing, moved or altered', () => {
    const [first, second, third] = records;
    const altered = [first, { ...second, bytes: hexToU8a('0x0204') }, third];
    const moved = [{ ...second, index: 0 }, { ...first, index: 1 }, third];
    for (const wrong of [altered, moved, [first, second], [second, third]]) {
      assert.equal(proveTrail({ records: wrong, count: 3, head }).proven, false);
    }
    assert.match(proveTrail({ records: [second, third], count: 3, head }).reason, /no longer in the state/);
  });
});
