import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PATTERNS } from './patterns.mjs';
import { network } from './shared.mjs';

describe('at the end', () => {
  it('every node stops in order when it is asked to, and none has panicked', async () => {
    const { nodes } = await network();
    const ends = await Promise.all(nodes.map((node) => node.stop()));
    assert.deepEqual(
      ends,
      nodes.map(() => ({ code: 0, signal: null })),
    );
    for (const node of nodes)
      assert.doesNotMatch(node.log(), PATTERNS.panic, `${node.id} panicked; see ${node.logFile}`);
  });
});
