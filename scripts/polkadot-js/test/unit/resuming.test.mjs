import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ensureResumable, haltText } from '../../lib/resuming.mjs';

const name = (account) => ({ a: 'Alice General', b: 'Bob Clinic' })[account] ?? account;
const spec = { agreement: 4, hospitals: ['a', 'b'], maxRounds: 5, maxAttempts: 3 };
const halted = (reason) => ({
  ...{ id: 7, spec, currentRound: 2, finalisedRounds: 1 },
  status: { kind: 'Halted', reason },
});
const NODE = 'ws://127.0.0.1:9944';

describe('a halted study', () => {
  it('is said to be halted, why, and by which command it goes on', () => {
    const round = { phase: { kind: 'Aborted', reason: 'TooFewCommitments' } };
    assert.equal(
      haltText(halted('AttemptsExhausted'), round, name, NODE),
      [
        'study 7 is halted: round 2 was aborted as many times as the study allows, which is 3; ' +
          'the last attempt: Aborted (TooFewCommitments)',
        '  remove the cause; then one of its hospitals (Alice General, Bob Clinic) resumes it:',
        '  scripts/polkadot-js/resume-study.mjs --study 7 --signer-file account.key',
      ].join('\n'),
    );
    assert.match(
      haltText(halted('Stopped'), null, name, NODE),
      /^study 7 is halted: one of its hospitals stopped it \(print-audit-trail\.mjs study\/7 shows which\)\n/,
    );
  });

  it('is resumed at the node that is watched', () => {
    assert.match(
      haltText(halted('Stopped'), null, name, 'ws://there:9945'),
      /resume-study\.mjs --study 7 --signer-file account\.key --node ws:\/\/there:9945$/,
    );
  });

  it('is not to be resumed when its agreement has ended', () => {
    const text = haltText(halted('AgreementEnded'), null, name, NODE);
    assert.match(
      text,
      /agreement 4 was revoked or has expired\n {2}it cannot be resumed; .*propose a new one/,
    );
    assert.doesNotMatch(text, /resume-study/);
  });
});

describe('resuming', () => {
  const members = [{ account: 'a' }, { account: 'b', suspended: true }, { account: 'c' }];
  const round = (kind) => ({ phase: { kind } });
  const resume = (study, account, status = 'Active', phase = 'Aborted') =>
    ensureResumable({ ...halted('Stopped'), ...study }, round(phase), { status }, members, account, name);

  it('is for an active hospital of the study', () => {
    resume({}, 'a');
    assert.throws(() => resume({}, 'c'), /^Error: c may not resume study 7, .*: Alice General, Bob Clinic\./);
    assert.throws(() => resume({}, 'b'), /^Error: Bob Clinic may not resume study 7, .* is suspended; /);
    const left = { spec: { ...spec, hospitals: ['a', 'd'] } };
    assert.throws(() => resume(left, 'd'), /d may not resume study 7, because it is no longer a member; /);
  });

  it('is for a halted study, and an error says what state it is in', () => {
    const running = { status: { kind: 'Running' } };
    assert.throws(
      () => resume(running, 'a', 'Active', 'Collecting'),
      /study 7 is neither halted nor waiting but running, in round 2; /,
    );
    const completed = { status: { kind: 'Completed' }, finalisedRounds: 5 };
    assert.throws(() => resume(completed, 'a'), /study 7 is not halted but completed, with 5 of 5 rounds/);
  });

  it('is for a study that waits for its next attempt', () => {
    resume({ status: { kind: 'Running' } }, 'a');
    assert.throws(() => resume({ status: { kind: 'Running' } }, 'c'), /c may not resume study 7/);
  });

  it('is for a study whose agreement is in force', () => {
    assert.throws(() => resume({}, 'a', 'Revoked'), /its agreement 4 is revoked; .*propose a new one/);
    assert.throws(() => resume(halted('AgreementEnded'), 'a'), /its agreement 4 is expired; /);
  });

  it('needs a study and a signer on the command line', () => {
    const file = fileURLToPath(new URL('../../resume-study.mjs', import.meta.url));
    const refused = (...args) => spawnSync(process.execPath, [file, ...args], { encoding: 'utf8' });
    const missing = refused('--dev', 'Alice');
    assert.equal(missing.status, 2);
    assert.match(missing.stderr, /required option '--study <ID>' not specified/);
    const unsigned = refused('--study', '7');
    assert.equal(unsigned.status, 1);
    assert.match(unsigned.stderr, /^error: the signer is missing; give --signer-file FILE or --dev NAME\n$/);
  });
});
