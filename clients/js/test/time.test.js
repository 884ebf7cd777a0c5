import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { blocksIn, describeBlocks } from '../src/index.js';

describe('times in blocks', () => {
  it('are rounded up, and blocks are taken as they are', () => {
    const cases = [
      [7, 1000, 7],
      ['1s', 2000, 1],
      ['3s', 2000, 2],
      ['5min', 1000, 300],
      ['2h', 6000, 1200],
      ['1d', 500, 172_800],
    ];
    for (const [time, slot, blocks] of cases) assert.equal(blocksIn(time, slot), blocks, time);
  });

  it('have a unit', () => {
    for (const time of ['', '5', '5 s', '-5s', '1.5h', '5m']) {
      assert.throws(() => blocksIn(time, 1000), /is not a time such as 90s/);
    }
  });

  it('are shown with the largest unit that fits', () => {
    const cases = [
      [1, 1000, '1 block (1 s)'],
      [3, 500, '3 blocks (1.5 s)'],
      [60, 1000, '60 blocks (1 min)'],
      [61, 1000, '61 blocks (61 s)'],
      [1800, 2000, '1800 blocks (1 h)'],
      [86_400, 1000, '86400 blocks (1 d)'],
      [0, 1000, '0 blocks (0 s)'],
    ];
    for (const [blocks, slot, text] of cases) assert.equal(describeBlocks(blocks, slot), text);
  });
});
