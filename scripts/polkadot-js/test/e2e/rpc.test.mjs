import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { proveTrail } from '@consilium/client';
import { ml_dsa65 } from '@noble/post-quantum/ml-dsa';
import { hexToU8a, stringToHex } from '@polkadot/util';
import { PATTERNS } from './patterns.mjs';
import { completed, network, openStudy, roundWhere, signers } from './shared.mjs';

/** Codes of consilium-node, `rpc/error.rs`; the first is JSON-RPC's own. */
const INVALID_PARAMETERS = -32602;
const UNKNOWN_STUDY = 8002;
const UNKNOWN_ROUND = 8003;
const UNKNOWN_SUBJECT = 8004;

const NOWHERE = 4_000_000_000;
const HASH = /^0x[0-9a-f]{64}$/;

/** The first bytes of what hospitals sign for an update. */
const DOMAIN = stringToHex('consilium/commit_update/v1\0');

describe('the RPC', () => {
  let chain;
  let study;
  let accounts;
  let names;

  before(async () => {
    const { nodes } = await network();
    names = nodes.map(({ name }) => name).sort();
    chain = await nodes[2].connect();
    accounts = (await signers()).map(({ address }) => address).sort();
    study = await openStudy(chain, {
      title: 'By RPC',
      learningRate: 0.003162,
      optimizer: 'fedyogi',
      model: 'multilayer-perceptron',
      hidden: [4],
    });
    await completed(chain, study);
    await roundWhere(chain, study, 1, 'all attestations', ({ attestations }) => attestations.length === 4);
  });
  after(() => chain.disconnect());

  it('hospitals_list lists the members', async () => {
    const members = await chain.rpc('hospitals_list');
    assert.deepEqual(members.map(({ name }) => name).sort(), names);
    assert.deepEqual(members.map(({ account }) => account).sort(), accounts);
    assert.ok(members.every(({ roles, suspended }) => roles.includes('Validator') && suspended === false));
  });

  it('rounds_study describes a study', async () => {
    const entry = await chain.rpc('rounds_study', study);
    assert.equal(entry.spec.title, 'By RPC');
    assert.equal(entry.spec.training.learningRate, 0.003162);
    assert.deepEqual(entry.spec.optimizer, {
      kind: 'FedYogi',
      learningRate: 0.01,
      beta1: 0.9,
      beta2: 0.99,
      tau: 0.001,
    });
    assert.deepEqual(entry.spec.encoding, { clip: null, fractionBits: 24 });
    assert.deepEqual(entry.spec.model.family, { kind: 'MultilayerPerceptron', hidden: [4] });
    assert.deepEqual([...entry.spec.hospitals].sort(), accounts);
    assert.equal(entry.finalisedRounds, 1);
    assert.match(entry.artifact, HASH);
  });

  it('rounds_round describes a round with its commitments and attestations', async () => {
    const round = await chain.rpc('rounds_round', study, 1);
    assert.deepEqual(round.phase, { kind: 'Finalised' });
    assert.deepEqual([...round.committed].sort(), accounts);
    assert.deepEqual(round.commitments.map(({ hospital }) => hospital).sort(), accounts);
    const members = await chain.rpc('hospitals_list');
    const keyOf = new Map(members.map(({ account, keys }) => [account, hexToU8a(keys.mlDsa65)]));
    for (const { hospital, blobs, suites, examples, signature, payload } of round.commitments) {
      const [message, signed] = [payload, signature].map((hex) => hexToU8a(hex));
      assert.ok(ml_dsa65.verify(keyOf.get(hospital), message, signed), 'the signature covers the payload');
      assert.match(signature, /^0x[0-9a-f]{6618}$/);
      assert.ok(payload.startsWith(DOMAIN), payload);
      assert.deepEqual(suites, ['Plain']);
      assert.ok(examples > 0);
      assert.match(blobs[0].hash, HASH);
    }
    for (const { verdict, metrics } of round.attestations) {
      assert.deepEqual(verdict, { kind: 'Accept', artifact: round.artifact });
      assert.ok(
        metrics.accuracy >= 0 && metrics.accuracy <= 1 && metrics.logLoss > 0,
        JSON.stringify(metrics),
      );
    }
  });

  it('audit_trail gives pages that together are the whole trail, and audit_head its head', async () => {
    const subject = `study/${study}`;
    const at = (await chain.api.rpc.chain.getFinalizedHead()).toHex();
    const { count, head } = await chain.rpc('audit_head', subject, at);
    assert.match(head, HASH);
    const records = [];
    for (let cursor = 0; cursor !== null;) {
      const page = await chain.rpc('audit_trail', subject, cursor, 3, at);
      assert.ok(page.records.length <= 3);
      assert.deepEqual(page.head, { count, head });
      records.push(...page.records);
      cursor = page.next;
    }
    assert.deepEqual(
      records.map(({ index }) => index),
      Array.from({ length: count }, (_, index) => index),
    );
    assert.equal(proveTrail({ records, count, head }).proven, true);
    assert.equal(records[0].action, 'StudyOpened');
    assert.ok(records.some(({ action, actor }) => action === 'UpdateCommitted' && accounts.includes(actor)));
    const hospital = await chain.rpc('audit_trail', `hospital/${accounts[0]}`);
    assert.equal(hospital.records[0].action, 'HospitalAdmitted');
  });

  it('refuses what it cannot answer, with a code and what would be right', async () => {
    const wrong = [
      ['rounds_study', [NOWHERE], UNKNOWN_STUDY, PATTERNS.noStudy],
      ['rounds_study', ['x'], INVALID_PARAMETERS, /./],
      ['rounds_study', [-1], INVALID_PARAMETERS, /./],
      ['rounds_study', [], INVALID_PARAMETERS, /./],
      ['rounds_round', [NOWHERE, 1], UNKNOWN_STUDY, PATTERNS.noStudy],
      ['rounds_round', [study, 0], UNKNOWN_ROUND, PATTERNS.roundsFromOne],
      ['rounds_round', [study], INVALID_PARAMETERS, /./],
      ['audit_trail', ['patient/1'], INVALID_PARAMETERS, PATTERNS.subjectForms],
      ['audit_trail', ['study/x'], INVALID_PARAMETERS, PATTERNS.subjectForms],
      ['audit_trail', ['hospital/alice'], INVALID_PARAMETERS, PATTERNS.wrongAddress],
      ['audit_trail', [`study/${study}`, 0, 0], INVALID_PARAMETERS, PATTERNS.limit],
      ['audit_trail', [`study/${study}`, 0, 257], INVALID_PARAMETERS, PATTERNS.limit],
      ['audit_trail', [`study/${NOWHERE}`], UNKNOWN_SUBJECT, PATTERNS.noStudySubject],
      ['audit_head', [`agreement/${NOWHERE}`], UNKNOWN_SUBJECT, PATTERNS.noAgreementSubject],
      ['hospitals_list', ['0x00'], INVALID_PARAMETERS, /./],
    ];
    for (const [method, parameters, code, message] of wrong) {
      await assert.rejects(chain.rpc(method, ...parameters), (error) => {
        assert.equal(error.code, code, `${method} ${JSON.stringify(parameters)}: ${error.message}`);
        assert.match(error.message, message);
        return true;
      });
    }
  });
});
