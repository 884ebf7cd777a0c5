// Sends signed transactions over several WebSockets.

import { WsProvider } from '@polkadot/api';

/** Calls under way on one WebSocket. */
const WINDOW = 64;

/** One WebSocket, which sends in the order in which it was given transactions. */
class Lane {
  #provider;
  #queue = [];
  #underWay = 0;

  constructor(provider, onRefusal) {
    this.#provider = provider;
    this.onRefusal = onRefusal;
  }

  push(transactions) {
    this.#queue.push(...transactions);
    while (this.#underWay < WINDOW && this.#queue.length > 0) this.#sendOne();
  }

  async #sendOne() {
    this.#underWay += 1;
    try {
      await this.#provider.send('author_submitExtrinsic', [this.#queue.shift()]);
    } catch (error) {
      this.onRefusal(error.message);
    }
    this.#underWay -= 1;
    if (this.#queue.length > 0) this.#sendOne();
  }

  close() {
    return this.#provider.disconnect();
  }
}

/** Several WebSockets to one node. */
export class Lanes {
  #lanes;

  /** Why the pool refused a transaction, if it did. */
  refusal = null;

  static async open(url, count) {
    const providers = Array.from({ length: count }, () => new WsProvider(url));
    await Promise.all(providers.map((provider) => provider.isReady));
    return new Lanes(providers);
  }

  constructor(providers) {
    const onRefusal = (message) => (this.refusal ??= message);
    this.#lanes = providers.map((provider) => new Lane(provider, onRefusal));
  }

  /** Sends transactions of one account, by its index: always over the same WebSocket, in their order. */
  push(account, transactions) {
    this.#lanes[account % this.#lanes.length].push(transactions);
  }

  close() {
    return Promise.all(this.#lanes.map((lane) => lane.close()));
  }
}
