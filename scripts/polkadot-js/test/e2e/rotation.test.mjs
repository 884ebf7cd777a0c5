import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { readMembers } from '@consilium/client';
import { PATTERNS } from './patterns.mjs';
import { completed, network, openStudy, roundWhere, script, signers } from './shared.mjs';

/** hospital.toml with the new keys, and the old key for what was sealed for it. */
function withNewKeys(file, keys) {
  const text = readFileSync(file, 'utf8')
    .replace('ml_dsa_65 = "keys/ml-dsa-65.key"', `ml_dsa_65 = "${join(keys, 'ml-dsa-65.key')}"`)
    .replace(
      'ml_kem_768 = "keys/ml-kem-768.key"',
      `ml_kem_768 = "${join(keys, 'ml-kem-768.key')}"\nprevious_ml_kem_768 = "keys/ml-kem-768.key"`,
    );
  writeFileSync(file, text);
}

describe('a hospital that changes its keys while a round collects', () => {
  let net;
  let chain;
  let bob;
  let account;
  let study;
  let earlier;

  before(async () => {
    net = await network();
    chain = await net.node('alice').connect();
    bob = net.node('bob');
    account = (await signers())[1].address;
    earlier = await member();
    await net.waitUntilAllVote();
    // Without Dave the round stays in Collecting. The others seal for Bob's old key, and Dave for the new
    // one.
    net.node('dave').signal('SIGSTOP');
    study = await openStudy(chain, {
      ...{ title: 'Rotation', scheme: 'committee', weakestSuite: 'ml-kem-768', quorum: 4 },
      ...{ collectingBlocks: '180s', stepBlocks: '80s', attestingBlocks: '80s' },
    });
    await roundWhere(chain, study, 1, 'three updates', ({ committed }) => committed.length === 3);
  });
  after(async () => {
    net.node('dave').process?.kill('SIGCONT');
    await chain.disconnect();
  });

  const member = async () => (await readMembers(chain)).find((one) => one.account === account);

  it('has them on the chain, signed by the old and the new one', async () => {
    const keys = join(dirname(bob.configuration), 'new-keys');
    const rotated = await script(
      ...['rotate-keys', '--hospital', bob.configuration, '--out', keys, '--binaries', dirname(bob.binary)],
      ...['--dev', 'Bob', '--node', bob.url],
    );
    assert.equal(rotated.code, 0, rotated.stderr);
    assert.match(rotated.stdout, PATTERNS.nextSteps);
    const { keysSince } = await member();
    assert.ok(keysSince > earlier.keysSince, `${keysSince}`);
    await bob.stop();
    withNewKeys(bob.configuration, 'new-keys');
  });

  it('opens what was sealed for either, and no shares are rejected', async () => {
    bob.start();
    net.node('dave').signal('SIGCONT');
    await completed(chain, study);
    const round = await roundWhere(chain, study, 1, 'Finalised', ({ phase }) => phase.kind === 'Finalised');
    assert.equal(round.attempt, 1);
    assert.equal(round.committed.length, 4);
    assert.deepEqual([round.committee.disputes, round.committee.named], [[], []]);
    assert.deepEqual([...round.committee.checked].sort(), [1, 2, 3, 4]);
    await net.waitUntilAllVote();
  });

  it('trains and checks with the new ones', async () => {
    const next = await openStudy(chain, {
      title: 'After',
      scheme: 'committee',
      weakestSuite: 'ml-kem-768',
      quorum: 4,
    });
    await completed(chain, next);
    const round = await roundWhere(chain, next, 1, 'Finalised', ({ phase }) => phase.kind === 'Finalised');
    assert.ok(round.committed.includes(account));
    assert.deepEqual([round.committee.disputes, round.committee.named], [[], []]);
  });
});
