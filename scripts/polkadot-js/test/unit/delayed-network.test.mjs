// The forwarder between network namespaces, whose tests are in Python as it is.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { it } from 'node:test';

it('scripts/network passes its own tests', () => {
  const cwd = fileURLToPath(new URL('../../../network', import.meta.url));
  const { status, stderr } = spawnSync('python3', ['-m', 'unittest', 'discover', '-p', '*_test.py'], {
    ...{ cwd, encoding: 'utf8' },
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
  });
  assert.equal(status, 0, stderr);
  assert.match(stderr, /Ran \d\d tests/);
});
