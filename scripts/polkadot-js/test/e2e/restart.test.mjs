import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { compareArtifacts } from '@consilium/client';
import { withChains } from '../../lib/connect.mjs';
import { chainGoesOn, completed, finalHeight, network, openStudy, roundWhere, signers } from './shared.mjs';

describe('a node killed with SIGKILL', () => {
  let net;
  let chain;
  let victim;
  let account;

  before(async () => {
    net = await network();
    chain = await net.node('alice').connect();
    victim = net.node('dave');
    account = (await signers())[3].address;
    await net.waitUntilAllVote();
  });
  after(() => chain.disconnect());

  /** Starts the victim again and waits until it has caught up with the others, and votes with them. */
  async function startAgain() {
    victim.start();
    const height = await finalHeight(chain);
    await victim.waitForFinality(height);
    await net.waitUntilAllVote();
  }

  it('in the middle of Collecting catches up, and its update counts in the same round', async () => {
    // Long, so that the victim has time to come back: the round waits for it.
    const study = await openStudy(chain, { collectingBlocks: '120s' });
    await roundWhere(
      chain,
      study,
      1,
      'Collecting, without the victim',
      ({ phase, committed }) => phase.kind === 'Collecting' && !committed.includes(account),
    );
    await victim.kill();
    const without = await roundWhere(
      chain,
      study,
      1,
      'the other updates',
      ({ committed }) => committed.length === 3,
    );
    assert.ok(!without.committed.includes(account));
    await startAgain();
    await completed(chain, study);
    const round = await roundWhere(chain, study, 1, 'Finalised', ({ phase }) => phase.kind === 'Finalised');
    assert.ok(round.committed.includes(account));
    assert.equal(round.attempt, 1);
  });

  it('in the middle of Attesting catches up, and attests in the same round', async () => {
    // All four must attest, so the round waits for the victim.
    const study = await openStudy(chain, { quorum: 4, attestingBlocks: '120s' });
    const attested = (round) => round.attestations.map(({ hospital }) => hospital);
    await roundWhere(
      chain,
      study,
      1,
      'Attesting',
      (round) => round.phase.kind === 'Attesting' && !attested(round).includes(account),
    );
    await victim.kill();
    const without = await roundWhere(
      chain,
      study,
      1,
      'the other attestations',
      (round) => attested(round).length === 3,
    );
    assert.equal(without.phase.kind, 'Attesting');
    assert.ok(!attested(without).includes(account));
    await startAgain();
    await completed(chain, study);
    const round = await roundWhere(chain, study, 1, 'Finalised', ({ phase }) => phase.kind === 'Finalised');
    assert.ok(attested(round).includes(account));
    assert.equal(round.attempt, 1);
  });

  it('has the same models as the others', async () => {
    const urls = net.nodes.map(({ url }) => url);
    const [compared] = await withChains(urls, (chains) => compareArtifacts(chains, 0, 1));
    assert.ok(compared.same, compared.artifacts.join(' '));
  });

  it('and not started again does not hinder the others: a quorum of three goes on', async () => {
    await victim.kill();
    const study = await openStudy(chain, { rounds: 2, collectingBlocks: '12s' });
    const { finalisedRounds } = await completed(chain, study);
    assert.equal(finalisedRounds, 2);
    await chainGoesOn(chain);
    await startAgain();
  });
});
