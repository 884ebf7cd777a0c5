import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { compareArtifacts, modelParameters } from '@consilium/client';
import { blobPath } from '../../lib/blobs.mjs';
import { withChains } from '../../lib/connect.mjs';
import { blobFolder } from '../../lib/hospitals.mjs';
import { deal, Member, partialAggregate, randomElements, readUpdate, wrappedAround } from './member.mjs';
import {
  chainGoesOn,
  commitmentOf,
  completed,
  finalHeight,
  network,
  openStudies,
  openStudy,
  roundWhere,
  signers,
} from './shared.mjs';

const HASH = /^0x[0-9a-f]{64}$/;

/** A norm of 1, the clip of the studies here, in fixed point. */
const CLIP = 1n << 24n;

/** Bob's place in the committee, from 1. */
const BOB = 2;

const finalised = (chain, study) =>
  roundWhere(chain, study, 1, 'Finalised', ({ phase }) => phase.kind === 'Finalised');
const atPhase = (chain, study, wanted) =>
  roundWhere(chain, study, 1, wanted, ({ phase }) => phase.kind === wanted);

describe('a committee', () => {
  let net;
  let chain;
  let all;
  let accounts;
  let dave;

  before(async () => {
    net = await network();
    chain = await net.node('alice').connect();
    all = await signers();
    accounts = all.map(({ address }) => address);
    dave = net.node('dave');
  });
  after(() => chain.disconnect());

  /** Starts Dave's node again with another configuration, null for none, and waits until it votes. */
  async function restartDave(configuration) {
    await dave.stop();
    dave.start(configuration);
    await dave.waitForFinality(await finalHeight(chain));
    await net.waitUntilAllVote();
  }

  const named = ({ committee }) =>
    committee.named.map(({ party, fault, hospital }) => [party, fault, hospital ?? null]);
  const withoutDave = () => [...accounts.slice(0, 3)].sort();

  /** Dave, in the first attempt of the first round of a study. */
  const speakForDave = (study) =>
    new Member(
      chain,
      { id: 'dave', signer: all[3], store: blobFolder(net.folder) },
      { study, round: 1, attempt: 1 },
    );

  describe('of honest parties', () => {
    let studies;

    before(async () => {
      const small = { field: 'mersenne31', fractionBits: 9, maxExamples: 500, projections: 2 };
      studies = await openStudies(chain, [
        { title: 'Committee', scheme: 'committee' },
        { title: 'Plain' },
        { title: 'Three parties', scheme: 'committee', parties: accounts.slice(1), ...small },
        { title: 'Weighed', scheme: 'committee', direction: 'weight' },
      ]);
      for (const study of studies) await completed(chain, study);
    });

    it('finalises the same model at all four hospitals, the one of the plain scheme', async () => {
      const urls = net.nodes.map(({ url }) => url);
      const compare = (chains) => Promise.all(studies.map((study) => compareArtifacts(chains, study, 1)));
      const compared = await withChains(urls, compare);
      for (const [{ same, artifacts }] of compared) assert.ok(same, artifacts.join(' '));
      const [[shared], [plain], [small]] = compared;
      assert.equal(shared.artifacts[0], plain.artifacts[0]);
      assert.notEqual(small.artifacts[0], plain.artifacts[0], 'fewer fractional bits');
    });

    it('counts every hospital and names no party, also three parties over the smaller field', async () => {
      for (const study of studies) {
        const round = await finalised(chain, study);
        assert.equal(round.attempt, 1);
        assert.deepEqual([...round.committed].sort(), [...accounts].sort());
        assert.deepEqual(round.excluded, []);
        if (round.committee) assert.deepEqual(named(round), []);
      }
    });

    it('is described by the RPC, with what it decided', async () => {
      const [study, plain, small, weighed] = studies;
      const { scheme, encoding } = (await chain.rpc('rounds_study', study)).spec;
      assert.deepEqual(
        [scheme.kind, scheme.threshold, scheme.parties, scheme.field],
        ['Committee', 1, accounts, 'Mersenne61'],
      );
      assert.deepEqual(encoding, { clip: 1, fractionBits: 24 });
      assert.deepEqual([scheme.projections, scheme.stepBlocks], [1, 20]);
      assert.equal(scheme.direction.kind, 'Exclude');
      assert.equal(scheme.direction.root.length, readFileSync(net.study.root).length);
      assert.deepEqual((await chain.rpc('rounds_study', small)).spec.scheme.parties, accounts.slice(1));

      const { committee, commitments } = await chain.rpc('rounds_round', study, 1);
      assert.match(committee.challenge, HASH);
      assert.deepEqual(committee.dealers.map(({ hospital }) => hospital).sort(), [...accounts].sort());
      assert.ok(
        committee.dealers.every(({ factor }) => factor === 1),
        JSON.stringify(committee.dealers),
      );
      assert.deepEqual([...committee.checked].sort(), [1, 2, 3, 4]);
      assert.deepEqual(committee.partials.map(({ party }) => party).sort(), [1, 2, 3, 4]);
      for (const { blobs, packages, suites } of commitments) {
        assert.deepEqual([blobs.length, packages.length], [4, 4]);
        assert.deepEqual(suites, Array(4).fill('MlKem768'));
      }

      const factors = (await chain.rpc('rounds_round', weighed, 1)).committee.dealers.map(
        ({ factor }) => factor,
      );
      assert.ok(
        factors.every((factor) => factor > 0 && factor < 256),
        `weights of ${factors.join(', ')} of 256`,
      );
      assert.equal((await chain.rpc('rounds_round', plain, 1)).committee, null);
    });
  });

  describe('one of whose parties finds its shares altered', () => {
    let study;

    before(async () => {
      // Without Dave no round leaves Collecting before its deadline: time to do harm.
      await net.waitUntilAllVote();
      dave.signal('SIGSTOP');
      study = await openStudy(chain, { title: 'Altered', scheme: 'committee', collectingBlocks: '120s' });
      await roundWhere(chain, study, 1, 'three updates', ({ committed }) => committed.length === 3);
      const { blobs } = await commitmentOf(chain, study, 1, accounts[0]);
      const file = blobPath(blobFolder(net.folder), blobs[BOB - 1].hash);
      const bytes = readFileSync(file);
      bytes[bytes.length - 1] ^= 1;
      // The store's files may be read-only.
      rmSync(file);
      writeFileSync(file, bytes);
      dave.signal('SIGCONT');
    });
    after(() => dave.process?.kill('SIGCONT'));

    it('hears the hospital, names the party, and counts every update', async () => {
      await completed(chain, study);
      const round = await finalised(chain, study);
      assert.equal(round.attempt, 1);
      assert.deepEqual(round.excluded, []);
      assert.equal(round.committed.length, 4);
      const [dispute, ...others] = round.committee.disputes;
      assert.deepEqual(others, []);
      assert.deepEqual(
        [dispute.hospital, dispute.party, dispute.complaint, dispute.answer !== null, dispute.wrong],
        [accounts[0], BOB, true, true, 0],
      );
      assert.ok(dispute.right >= 2, `${dispute.right} parties find the shares right`);
      assert.deepEqual(named(round), [[BOB, 'UnfoundedComplaint', accounts[0]]]);
    });
  });

  describe('among whose hospitals is one that', () => {
    const PARTIES = 3;
    /** What Dave deals, and why it does not count. `stolen` is what Alice learned. */
    const CASES = [
      {
        what: 'sends an update five times too long',
        fault: 'NormTooLarge',
        deal: (where, stolen) =>
          deal(
            where,
            PARTIES,
            stolen.map((_, j) => (j === 0 ? 5n * CLIP : 1n)),
          ),
      },
      {
        what: 'flips the sign of what another one learned, and doubles it',
        fault: 'HostileDirection',
        deal: (where, stolen) =>
          deal(
            where,
            PARTIES,
            stolen.map((coordinate) => -2n * coordinate),
          ),
      },
      {
        what: 'deals shares that lie on no line',
        fault: 'MalformedSharing',
        deal: (where, stolen) =>
          deal(where, PARTIES, stolen, ({ coordinates }, x) => (coordinates[0] += x * (x - 1n))),
      },
      {
        what: 'proves a smaller norm',
        fault: 'InvalidProof',
        deal: (where, stolen) =>
          deal(where, PARTIES, stolen, (shares, x) => (shares.square += (x - 1n) * CLIP)),
      },
      {
        what: 'hides a large norm by wrapping around',
        fault: 'ProjectionTooLarge',
        changes: { projections: 8 },
        deal: (where, stolen) => deal(where, PARTIES, wrappedAround(stolen.length)),
      },
      {
        what: 'sends random numbers',
        fault: 'NormTooLarge',
        deal: (where, stolen) => deal(where, PARTIES, randomElements(stolen.length)),
      },
      {
        what: 'sends one party garbage, and does not answer the dispute',
        fault: 'DisputeUnanswered',
        deal: (where, stolen) => withGarbage(deal(where, PARTIES, stolen)),
      },
      {
        what: 'sends one party garbage, and publishes it in the dispute',
        fault: 'DisputeLost',
        deal: (where, stolen) => withGarbage(deal(where, PARTIES, stolen)),
        answers: true,
      },
    ];
    let studies;

    before(async () => {
      await restartDave(null);
      // Three parties: with four, Dave would be a silent one, and every step would last until its deadline.
      const common = {
        scheme: 'committee',
        tolerance: 0,
        parties: accounts.slice(0, PARTIES),
        collectingBlocks: '120s',
      };
      studies = await openStudies(
        chain,
        CASES.map(({ what, changes }) => ({ title: what.slice(0, 64), ...common, ...changes })),
      );
      const d = modelParameters(net.study);
      for (const [index, { deal: make, answers }] of CASES.entries()) {
        const study = studies[index];
        await roundWhere(chain, study, 1, "Alice's update", ({ committed }) =>
          committed.includes(accounts[0]),
        );
        const stolen = readUpdate(
          blobFolder(net.folder),
          await commitmentOf(chain, study, 1, accounts[0]),
          d,
        );
        const member = speakForDave(study);
        const packages = make(member.where, stolen);
        await member.commit(packages, 100);
        if (answers) {
          await atPhase(chain, study, 'Answering');
          await member.answerDisputes([{ party: BOB, bytes: packages[BOB - 1] }]);
        }
      }
    });

    for (const [index, { what, fault }] of CASES.entries()) {
      it(`${what} does not count its update (${fault}), and finalises the round`, async () => {
        await completed(chain, studies[index]);
        const round = await finalised(chain, studies[index]);
        assert.deepEqual(round.excluded, [{ hospital: accounts[3], fault }]);
        assert.deepEqual([...round.committed].sort(), withoutDave());
        assert.deepEqual(named(round), []);
        assert.equal(round.attempt, 1);
      });
    }
  });

  describe('among whose parties is one that', () => {
    const DAVE = 4;
    let silent;
    let liar;

    before(async () => {
      // Dave's node has had no hospital since the attacks above.
      const common = { scheme: 'committee', collectingBlocks: '24s', stepBlocks: '20s' };
      [silent, liar] = await openStudies(chain, [
        { title: 'Silent', ...common },
        { title: 'Liar', ...common, projections: 1 },
      ]);
      const member = speakForDave(liar);
      const { committee } = await roundWhere(
        chain,
        liar,
        1,
        'the challenge',
        ({ committee: progress }) => progress?.challenge,
      );
      // Of each hospital: the test of the degree, the residue of the product, the norm, the direction, a
      // projection.
      await member.postChecks(committee.dealers.map(() => randomElements(5)));
      await atPhase(chain, liar, 'Aggregating');
      const sums = randomElements(modelParameters(net.study));
      await member.postPartial(partialAggregate(member.where, DAVE, sums));
    });
    after(() => restartDave());

    it('is silent names it, and finalises the round', async () => {
      await completed(chain, silent);
      const round = await finalised(chain, silent);
      assert.equal(round.attempt, 1);
      assert.deepEqual([...round.committed].sort(), withoutDave());
      assert.deepEqual(round.excluded, []);
      // It was waited for once.
      assert.deepEqual(named(round), [[DAVE, 'NoChecks', null]]);
      const { absent } = await chain.rpc('rounds_study', silent);
      assert.deepEqual(
        absent.map(({ member, duty, heard }) => [member, duty, heard]),
        [
          [accounts[DAVE - 1], 'Train', false],
          [accounts[DAVE - 1], 'Compute', false],
        ],
      );
    });

    it('lies about every hospital and about the sum names it, and has the right model', async () => {
      await completed(chain, liar);
      const round = await finalised(chain, liar);
      assert.equal(round.attempt, 1);
      assert.deepEqual([...round.committed].sort(), withoutDave());
      assert.deepEqual(round.excluded, []);
      const lies = round.committee.dealers.map(({ hospital }) => [DAVE, 'FalseChecks', hospital]);
      assert.deepEqual(named(round), [...lies, [DAVE, 'WrongPartial', null]]);
      assert.equal(round.artifact, (await finalised(chain, silent)).artifact);
    });
  });

  describe('among whose hospitals is one with flipped labels', () => {
    before(() => restartDave(flippedLabels(dave.configuration)));
    after(() => restartDave());

    it('does not count its update (HostileDirection), and finalises the round', async () => {
      const study = await openStudy(chain, { title: 'Flipped labels', scheme: 'committee', tolerance: 0 });
      await completed(chain, study);
      const round = await finalised(chain, study);
      assert.deepEqual(round.excluded, [{ hospital: accounts[3], fault: 'HostileDirection' }]);
      assert.deepEqual([...round.committed].sort(), withoutDave());
      assert.deepEqual(named(round), []);
      await chainGoesOn(chain);
    });
  });
});

/** The packages, of which Bob's is random bytes. */
function withGarbage(packages) {
  return packages.map((bytes, index) => (index === BOB - 1 ? randomBytes(bytes.length) : bytes));
}

/** A copy of a configuration with the labels of its records, which are two, the other way round. */
function flippedLabels(configuration) {
  const home = dirname(configuration);
  const folder = join(home, 'flipped');
  mkdirSync(folder, { recursive: true });
  const toml = readFileSync(configuration, 'utf8').replace(/"keys\//g, `"${join(home, 'keys')}/`);
  const [, records] = /^file = "(.*)"$/m.exec(toml);
  const [header, ...rows] = readFileSync(records, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => line.split(','));
  const label = header.indexOf('readmitted');
  const [one, other] = new Set(rows.map((cells) => cells[label]));
  rows.forEach((cells) => (cells[label] = cells[label] === one ? other : one));
  const file = join(folder, 'records.csv');
  writeFileSync(file, [header, ...rows].map((cells) => cells.join(',')).join('\n') + '\n');
  const flipped = join(folder, 'hospital.toml');
  writeFileSync(flipped, toml.replace(/^file = .*$/m, `file = ${JSON.stringify(file)}`));
  return flipped;
}
