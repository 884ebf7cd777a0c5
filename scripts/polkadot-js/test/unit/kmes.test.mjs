import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { quantumTable, readKmes, topologyLinks } from '../../lib/kmes.mjs';

describe('quantum links', () => {
  const members = ['alice', 'bob', 'charlie', 'dave'];

  it('are a star around the first member', () => {
    assert.deepEqual(topologyLinks(members, 'star'), [
      ['alice', 'bob'],
      ['alice', 'charlie'],
      ['alice', 'dave'],
    ]);
  });

  it('are a ring, in which each link is there once', () => {
    assert.deepEqual(topologyLinks(members, 'ring'), [
      ['alice', 'bob'],
      ['bob', 'charlie'],
      ['charlie', 'dave'],
      ['dave', 'alice'],
    ]);
    assert.deepEqual(topologyLinks(['alice', 'bob'], 'ring'), [['alice', 'bob']]);
  });
});

describe('a hospital with a key management entity', () => {
  it('has its own port and certificate', () => {
    const members = [
      { id: 'alice', saeId: 'sae-alice' },
      { id: 'bob', saeId: 'sae-bob' },
    ];
    const table = quantumTable('/net', members, [1, 2, 3, 4, 5, 6], members[1]);
    assert.equal(table.kme, 'https://127.0.0.1:4');
    assert.equal(table.certificate, '/net/kmes/pki/sae-bob.pem');
    assert.equal(table.key, '/net/kmes/pki/sae-bob.key');
    assert.equal(table.ca, '/net/kmes/pki/ca.pem');
  });
});

describe('a file of key management entities', () => {
  let folder;
  let file;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'consilium-'));
    file = join(folder, 'kmes.json');
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const alice = { id: 'alice', kme: 'kme-alice', operator: 'http://127.0.0.1:1', links: [] };
  const refusal = (text) => {
    writeFileSync(file, text);
    try {
      readKmes(file);
    } catch ({ message }) {
      return message.replace(file, 'FILE');
    }
    return assert.fail('it is read');
  };

  it('is read', () => {
    writeFileSync(file, JSON.stringify([alice]));
    assert.deepEqual(readKmes(file), [alice]);
  });

  it('is refused with the place when it is not JSON', () => {
    const right = /; expected kmes\.json in the folder of a devnet$/;
    const wrong = {
      '[\n  {"id": ': 'FILE:2:10 is not JSON: ',
      '[\n  {"id": "alice",}\n]': 'FILE:2:18 is not JSON: ',
      '[\n  {"id": alice}\n]': 'FILE:2:10 is not JSON: ',
      [`[${JSON.stringify(alice, null, 2)},\n  oops, ${JSON.stringify(alice)}]`]: 'FILE:7:3 is not JSON: ',
    };
    for (const [text, start] of Object.entries(wrong)) {
      const message = refusal(text);
      assert.equal(message.slice(0, start.length), start, message);
      assert.match(message, right);
    }
    assert.throws(() => readKmes(join(folder, 'none')), /cannot read .*none: ENOENT; expected kmes\.json/);
  });

  it('is refused with the place when it has another shape', () => {
    assert.match(refusal('{}'), /^FILE: expected a list of at least one KME/);
    assert.match(refusal('[]'), /^FILE: expected a list of at least one KME/);
    const second = (kme) => refusal(JSON.stringify([alice, kme]));
    assert.match(
      second(null),
      /^FILE: \[1\]\.id: expected the id of a member such as "alice", found nothing$/,
    );
    assert.match(second({ ...alice, kme: 7 }), /^FILE: \[1\]\.kme: expected .*, found 7$/);
    const operator = { ...alice, operator: '127.0.0.1:1' };
    assert.match(second(operator), /^FILE: \[1\]\.operator: expected the URL .*, found "127\.0\.0\.1:1"$/);
  });

  it('is refused by list-links in one line', () => {
    writeFileSync(file, '[');
    const script = fileURLToPath(new URL('../../list-links.mjs', import.meta.url));
    const { status, stderr } = spawnSync(process.execPath, [script, '--kmes', file], { encoding: 'utf8' });
    assert.equal(status, 1);
    assert.match(stderr, /^error: .*kmes\.json:1:2 is not JSON: .*\n$/);
  });
});
