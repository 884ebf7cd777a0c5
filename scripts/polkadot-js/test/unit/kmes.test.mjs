import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { quantumTable, topologyLinks } from '../../lib/kmes.mjs';

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
