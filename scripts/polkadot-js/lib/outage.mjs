// Trials of outages: some of four nodes are cut off from all others for a while, in the middle of a study.

import {
  openStudies,
  pause,
  proposeAgreement,
  readRound,
  readStudy,
  signAgreement,
  until,
} from '@consilium/client';
import { specsOf } from './opening.mjs';
import { developmentSigner } from './signers.mjs';
import { describeStudy } from './study-file.mjs';

/** Seconds for a few rounds, and for a node to come back. */
const LATER = 120;

/** What the chain says of a study, block by block as it becomes final. */
class Record {
  constructor(api, study) {
    this.events = [];
    this.error = null;
    let last = Promise.resolve();
    const read = async (head) => {
      const at = await api.at(head.hash);
      for (const { event } of await at.query.system.events()) {
        if (event.section !== 'rounds' || event.data.round?.study.toNumber() !== study) continue;
        this.events.push({ block: head.number.toNumber(), method: event.method, data: event.data });
      }
    };
    this.started = api.derive.chain.subscribeFinalizedHeads((head) => {
      last = last.then(() => read(head)).catch((error) => (this.error ??= error));
    });
  }

  async stop() {
    (await this.started)();
    if (this.error) throw this.error;
  }

  of(method) {
    return this.events.filter((event) => event.method === method);
  }
}

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** A study with a committee of the four hospitals on a network, with next to no training. */
export class Trial {
  /**
   * @param {Network} network whose nodes run
   * @param {Namespaces} namespaces in which they do
   * @param {object} [phases] lengths of phases, as options of open-study.mjs
   */
  static async create(network, namespaces, phases = {}) {
    const trial = new Trial();
    const signers = await Promise.all(network.nodes.map(({ dev }) => developmentSigner(dev)));
    const chain = await network.nodes[0].connect();
    const parties = signers.map(({ address }) => address);
    const terms = { purpose: 'outage', document: `0x${'00'.repeat(32)}`, parties, expiresAt: null };
    const agreement = await proposeAgreement(chain, terms, signers[0]);
    await Promise.all(signers.slice(1).map((signer) => signAgreement(chain, agreement, signer)));
    const { schemaHash, features, classes } = network.study;
    const description = describeStudy({
      ...{ agreement, schemaHash, features, classes, scheme: 'committee', updates: 1, rounds: 10_000 },
      ...{ weakestSuite: 'ml-kem-768', ...phases },
    });
    const [study] = await openStudies(chain, await specsOf(chain, description, [1]), signers[0]);
    const accounts = Object.fromEntries(network.nodes.map(({ id }, index) => [id, parties[index]]));
    return Object.assign(trial, {
      network,
      namespaces,
      chain,
      study,
      accounts,
      record: new Record(chain.api, study),
    });
  }

  async stop() {
    await this.record.stop();
    await this.chain.disconnect();
  }

  readStudy() {
    return readStudy(this.chain, this.study);
  }

  /** The round under way, at the best block. */
  async readRound() {
    return readRound(this.chain, this.study, (await this.readStudy()).currentRound);
  }

  async best() {
    return (await this.chain.api.rpc.chain.getHeader()).number.toNumber();
  }

  /** Whether finality stands still, as the best block knows. */
  async standsStill() {
    const { standsStill } = (await this.chain.api.call.finalityApi.finality()).toJSON();
    return standsStill;
  }

  finalised() {
    return this.record.of('RoundFinalised');
  }

  until(what, condition, seconds = LATER) {
    return until(what, seconds, condition, () => this.network.status());
  }

  /** Waits until so many more rounds are final. */
  async rounds(count) {
    const target = this.finalised().length + count;
    await this.until(`${count} rounds`, () => this.finalised().length >= target);
  }

  async cut(ids) {
    const block = await this.best();
    for (const id of ids) await this.namespaces.cut(id);
    return block;
  }

  async join(ids) {
    const block = await this.best();
    for (const id of ids) await this.namespaces.join(id);
    return block;
  }

  /** Blocks of the rounds that began after one block and ended by another, if they missed nobody. */
  roundLengths(from, to = Infinity) {
    const missed = new Set(this.record.of('MemberAbsent').map(({ data }) => data.round.round.toNumber()));
    const ends = this.finalised();
    return ends.slice(1).flatMap(({ block, data }, index) => {
      const begun = ends[index].block;
      const isWhole = begun > from && block <= to && !missed.has(data.round.round.toNumber());
      return isWhole ? [block - begun] : [];
    });
  }

  /** Whether all nodes count a member as present. */
  async isPresent(id) {
    const { absent } = await this.readStudy();
    return absent.every(({ member }) => member !== this.accounts[id]);
  }

  /**
   * One node is away for so long: how many blocks rounds take before and meanwhile, and how long it takes to
   * be there again.
   */
  async oneAway(id, seconds) {
    await this.rounds(4);
    const cutAt = await this.cut([id]);
    const cutSince = Date.now();
    await this.until('a round without the node', async () => !(await this.isPresent(id)));
    await pause(Math.max(0, seconds * 1000 - (Date.now() - cutSince)));
    const joinedAt = await this.join([id]);
    const joined = Date.now();
    const isBack = ({ data, block }) =>
      block > joinedAt && data.committed.some((account) => account.toString() === this.accounts[id]);
    await this.until('an update of the node', () => this.record.of('CollectingEnded').some(isBack));
    await this.until('the node to be present', () => this.isPresent(id));
    const before = this.roundLengths(0, cutAt);
    const during = this.roundLengths(cutAt, joinedAt);
    return {
      blocksOfARoundBefore: mean(before),
      blocksOfARoundMeanwhile: mean(during),
      roundsMeanwhile: during.length,
      secondsUntilItIsBack: (Date.now() - joined) / 1000,
      aborted: this.record.of('RoundAborted').length,
    };
  }

  /**
   * So many nodes are away for so long that finality stands still: what it cost, and how soon the study goes
   * on.
   */
  async severalAway(ids, seconds) {
    await this.rounds(1);
    const before = await this.readRound();
    const events = this.record.events.length;
    const cutSince = Date.now();
    const cutAt = await this.cut(ids);
    await this.until('finality to be known to stand still', () => this.standsStill());
    await pause(Math.max(0, seconds * 1000 - (Date.now() - cutSince)));
    const joinedAt = await this.join(ids);
    const joined = Date.now();
    const goesOn = ({ block, method }) => block > joinedAt && !/^Finality|^Member/.test(method);
    await this.until('the study to go on', () => this.record.events.some(goesOn));
    const secondsUntilItGoesOn = (Date.now() - joined) / 1000;
    const first = this.record.events.find(goesOn);
    await this.rounds(2);
    const since = this.record.events.slice(events).filter(({ block }) => block > cutAt);
    const count = (name) => since.filter(({ method }) => method === name).length;
    return {
      round: before.round,
      attempt: before.attempt,
      blocksMeanwhile: joinedAt - cutAt,
      aborted: count('RoundAborted'),
      named: count('PartyNamed'),
      absent: count('MemberAbsent'),
      stalled: count('FinalityStalled'),
      resumed: count('FinalityResumed'),
      blocksUntilItGoesOn: first.block - joinedAt,
      secondsUntilItGoesOn,
    };
  }
}
