// Which commitments may be sent, and when.
//
// The chain accepts a hospital's commitment once in an attempt of a round, and only while the attempt is
// collecting. To keep blocks full, several studies take turns, and attempts fail: nobody attests, so each is
// followed by the next attempt, whose commitments were signed long before.

/**
 * A study's round as the chain has it.
 *
 * @typedef {{ attempt: number, phase: string, deadline: number }} Round
 */

/**
 * The batches of a load in their order: the first attempt of each study, the second of each, and so on. Each
 * hospital has one commitment in each batch, with the nonce that follows from this order.
 */
export const batchesOf = (studies, attempts) =>
  Array.from({ length: attempts }, (_, index) =>
    studies.map((study) => ({ study, attempt: index + 1 })),
  ).flat();

/**
 * Whether the attempt accepts commitments in the block after `head`. The attempt before ends in the block
 * after its deadline, before that block's transactions.
 *
 * @param {Round} round at `head`
 * @param {number} attempt
 * @param {number} head the number of the best block
 */
export function opensNext({ attempt: present, phase, deadline }, attempt, head) {
  if (present === attempt) return phase === 'Collecting';
  return present === attempt - 1 && phase === 'Attesting' && deadline <= head;
}

/** Batches that wait until their attempt is open. */
export class Feed {
  #waiting;

  /** @param {{ study: number, attempt: number }[]} batches in the order of nonces */
  constructor(batches) {
    this.#waiting = [...batches];
  }

  /** How many wait. */
  get length() {
    return this.#waiting.length;
  }

  /**
   * Takes batches that may be sent now. None overtakes another: the nonces of the accounts would wait.
   *
   * @param {Map<number, Round>} rounds by study, at `head`
   * @param {number} head the number of the best block
   * @param {number} most batches to take
   */
  take(rounds, head, most) {
    const closed = this.#waiting.findIndex(
      ({ study, attempt }) => !opensNext(rounds.get(study), attempt, head),
    );
    const open = closed < 0 ? this.#waiting.length : closed;
    return this.#waiting.splice(0, Math.min(open, most));
  }
}

/**
 * How many transactions shall wait in the pool: enough for two blocks, so that a block is full although the
 * next transactions come late, and at least a batch more than one block takes. Not all: as many as two blocks
 * take are of attempts that have ended, until the next attempts are open. Blocks take together what one
 * account has in the pool, so the more that is, the further some accounts fall behind, and an attempt ends
 * only when the last one has committed.
 */
export class PoolDepth {
  #batch;
  #most;
  #included = 0;
  #fullest = 0;

  /**
   * @param {number} batch transactions of a batch
   * @param {number} most transactions of all attempts that may be open at the same time
   */
  constructor(batch, most) {
    [this.#batch, this.#most] = [batch, most];
  }

  /** How many batches to send now, after so many transactions were sent and so many are in blocks. */
  batchesToSend(sent, included) {
    this.#fullest = Math.max(this.#fullest, included - this.#included);
    this.#included = included;
    return Math.max(0, Math.ceil((this.#depth() - (sent - included)) / this.#batch));
  }

  #depth() {
    // Until it is known how many a block takes.
    if (this.#fullest === 0) return this.#most / 2;
    const two = 2 * this.#fullest;
    return Math.max(this.#fullest + this.#batch, Math.min(two, this.#most - two));
  }
}
