import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { hexToU8a } from '@polkadot/util';
import { developmentSigner } from '../../lib/signers.mjs';
import { DispatchFailure, PoolRefusal, submit } from '@consilium/client';
import {
  chainGoesOn,
  commitmentOf,
  network,
  openStudy,
  proposeAgreement,
  roundWhere,
  signers,
  studyCall,
} from './shared.mjs';

/** The error of a pallet with which the chain refuses a call; null when it does not. */
async function errorOf(chain, call, signer, options = {}) {
  try {
    await submit(chain.api, call, signer, { until: 'in-block', ...options });
    return null;
  } catch (failure) {
    if (failure instanceof DispatchFailure) return failure.error;
    throw failure;
  }
}

/** Asserts that the chain refuses a call with this error of a pallet. */
async function refused(chain, call, signer, error, options) {
  assert.equal(await errorOf(chain, call, signer, options), error);
}

describe('refused, the chain going on', () => {
  let net;
  let chain;
  let alice;
  let bob;

  before(async () => {
    net = await network();
    // Bob's node: Alice's is paused below.
    chain = await net.node('bob').connect();
    [alice, bob] = await signers();
  });
  after(() => chain.disconnect());

  describe('a transaction', () => {
    it('of an account that is not a member, already in the pool', async () => {
      const eve = await developmentSigner('Eve');
      await assert.rejects(submit(chain.api, chain.api.tx.system.remark('0x00'), eve), (failure) => {
        assert.ok(failure instanceof PoolRefusal, failure.stack);
        assert.match(failure.message, new RegExp(`${eve.address} is not an active member`));
        return true;
      });
      assert.equal((await chain.api.rpc.author.pendingExtrinsics()).length, 0);
      await chainGoesOn(chain);
    });
  });

  describe('a study', () => {
    it('under no agreement, or one that not all have signed', async () => {
      await refused(
        chain,
        await studyCall(chain, { agreement: 4_000_000_000 }),
        alice,
        'rounds.AgreementNotActive',
      );
      const proposed = await proposeAgreement(chain, alice, [alice, bob]);
      await refused(
        chain,
        await studyCall(chain, { agreement: proposed }),
        alice,
        'rounds.AgreementNotActive',
      );
      await chainGoesOn(chain);
    });

    it('under an agreement that a party has revoked', async () => {
      const id = await proposeAgreement(chain, alice, [alice]);
      await submit(chain.api, chain.api.tx.accessControl.revokeAgreement(id), alice, { until: 'in-block' });
      await refused(chain, await studyCall(chain, { agreement: id }), alice, 'rounds.AgreementNotActive');
      await chainGoesOn(chain);
    });

    it('with a hospital that has not signed', async () => {
      const id = await proposeAgreement(chain, alice, [alice]);
      await refused(chain, await studyCall(chain, { agreement: id }), alice, 'rounds.AgreementNotSigned');
    });
  });

  describe('a commitment', () => {
    let study;
    const commit = (round, attempt, commitment) =>
      chain.api.tx.modelUpdates.commitUpdate(study, round, attempt, commitment);
    let earlier;

    before(async () => {
      await net.waitUntilAllVote();
      study = await openStudy(chain, { rounds: 9, collectingBlocks: '18s' });
      await roundWhere(chain, study, 1, 'all updates', ({ phase }) => phase.kind === 'Attesting');
      // From here on only this test speaks for Alice.
      net.node('alice').signal('SIGSTOP');
      earlier = await commitmentOf(chain, study, 1, alice.address);
      await roundWhere(chain, study, 2, 'Collecting', ({ phase }) => phase.kind === 'Collecting');
    });
    after(() => net.node('alice').process?.kill('SIGCONT'));

    it('with a wrong signature, of an earlier round, for a round or an attempt not under way', async () => {
      const { blobs, examples, suites } = earlier;
      const forged = {
        blobs,
        examples,
        suites,
        signature: `0x${'00'.repeat(hexToU8a(earlier.signature).length)}`,
      };
      const nonce = (await chain.api.rpc.system.accountNextIndex(alice.address)).toNumber();
      await Promise.all([
        refused(chain, commit(2, 1, forged), alice, 'modelUpdates.InvalidSignature', { nonce }),
        refused(chain, commit(2, 1, earlier), alice, 'modelUpdates.InvalidSignature', { nonce: nonce + 1 }),
        refused(chain, commit(1, 1, earlier), alice, 'rounds.WrongRound', { nonce: nonce + 2 }),
        refused(chain, commit(2, 2, earlier), alice, 'modelUpdates.WrongAttempt', { nonce: nonce + 3 }),
      ]);
    });

    it('twice', async () => {
      await roundWhere(chain, study, 2, 'the update of Bob', ({ committed }) =>
        committed.includes(bob.address),
      );
      const first = await commitmentOf(chain, study, 2, bob.address);
      await refused(chain, commit(2, 1, first), bob, 'rounds.AlreadyCommitted');
    });

    it('after the deadline', async () => {
      // With a committee there are some blocks between Collecting and the end of the round.
      const late = await openStudy(chain, { scheme: 'committee', collectingBlocks: '8s', rounds: 100 });
      await roundWhere(chain, late, 1, 'the end of Collecting', ({ phase }) => phase.kind !== 'Collecting');
      const commitment = chain.api.tx.modelUpdates.commitUpdate(late, 1, 1, earlier);
      await refused(chain, commitment, alice, 'rounds.NotCollecting');
      await submit(chain.api, chain.api.tx.rounds.stopStudy(late), bob, { until: 'in-block' });
    });

    it('and the round is finalised without the hospital that was silent', async () => {
      const round = await roundWhere(chain, study, 2, 'Finalised', ({ phase }) => phase.kind === 'Finalised');
      assert.equal(round.committed.length, 3);
      assert.ok(!round.committed.includes(alice.address));
      net.node('alice').signal('SIGCONT');
      await submit(chain.api, chain.api.tx.rounds.stopStudy(study), bob, { until: 'in-block' });
      await chainGoesOn(chain);
    });
  });
});
