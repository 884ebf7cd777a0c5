import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { buildNotice } from '../../lib/devnet.mjs';

describe('a development network', () => {
  let folder;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'consilium-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it('says how long the first build takes, and only of the first', () => {
    assert.match(buildNotice(join(folder, 'none')), /the first build takes about 40 minutes on two cores/);
    writeFileSync(join(folder, 'consilium-node'), '');
    writeFileSync(join(folder, 'consilium-kme'), '');
    assert.match(buildNotice(folder), /about 40 minutes/);
    writeFileSync(join(folder, 'consilium-simulator'), '');
    assert.equal(buildNotice(folder), 'Building the node, the simulator and the KME');
  });

  it('refuses records and seeds before it builds', () => {
    const script = fileURLToPath(new URL('../../devnet.mjs', import.meta.url));
    // Without a PATH there is no cargo.
    const devnet = (...args) =>
      spawnSync(process.execPath, [script, ...args], { encoding: 'utf8', env: { HOME: folder, PATH: '' } });
    const wrong = [
      [1, /^error: --data .*none: there is no such folder\n$/, '--data', join(folder, 'none')],
      [1, /^error: --data .*: expected schema\.toml and one CSV file .*\n$/, '--data', folder],
      [1, /^error: --data .*devnet\.mjs: this is a file; .*\n$/, '--data', script],
      [2, /'9-3' is invalid\. expected a number such as 42 or a range such as 42-46/, '--seeds', '9-3'],
      [2, /'x' is invalid\. expected a number such as 42 or a range such as 42-46/, '--seed', 'x'],
    ];
    for (const [code, message, ...args] of wrong) {
      const { status, stderr } = devnet(...args);
      assert.equal(status, code, stderr);
      assert.match(stderr, message);
      assert.doesNotMatch(stderr, /Building/);
    }
  });
});
