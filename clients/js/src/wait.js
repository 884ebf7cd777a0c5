// Waiting for conditions, never for time alone.

/** @param {number} milliseconds */
export const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/**
 * The value of a promise, or an error with this message when it takes longer.
 *
 * @template T
 * @param {Promise<T> | T} promise
 * @param {number} seconds
 * @param {string} message
 * @returns {Promise<T>}
 */
export async function withDeadline(promise, seconds, message) {
  /** @type {any} */
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(message)), seconds * 1000);
  });
  try {
    return await Promise.race([promise, /** @type {Promise<never>} */ (late)]);
  } finally {
    clearTimeout(timer);
  }
}

/** Milliseconds between two probes. */
const PAUSE = 200;

/** Seconds for one probe, even when it begins near the end. */
const SECONDS_TO_ANSWER = 5;

/**
 * The first value of `probe` that is neither null, undefined nor false. An error or a missing answer of the
 * probe counts as "not yet": a stopped node accepts connections and never answers.
 *
 * @template T
 * @param {string} what is waited for, for the error after the deadline
 * @param {number} seconds
 * @param {() => Promise<T | null | undefined | false> | T | null | undefined | false} probe
 * @param {() => Promise<string | null> | string | null} lastSeen the present state, for that error
 * @returns {Promise<T>}
 */
export async function until(what, seconds, probe, lastSeen = () => '') {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    let failure = null;
    try {
      const left = Math.max((end - Date.now()) / 1000, SECONDS_TO_ANSWER);
      const value = await withDeadline(probe(), left, `no answer in ${Math.round(left)} s`);
      if (value !== null && value !== undefined && value !== false) return value;
    } catch (error) {
      failure = `the last error was: ${messageOf(error)}`;
    }
    if (Date.now() > end) {
      const seen = await withDeadline(
        lastSeen(),
        SECONDS_TO_ANSWER,
        `no answer in ${SECONDS_TO_ANSWER} s`,
      ).then(
        (state) => state && `last seen: ${state}`,
        (error) => `the present state is unknown: ${messageOf(error)}`,
      );
      throw new Error(
        [`timed out after ${seconds} s waiting for ${what}`, failure, seen].filter(Boolean).join('; '),
      );
    }
    await pause(PAUSE);
  }
}

/** @param {unknown} error */
const messageOf = (error) => (error instanceof Error ? error.message : String(error));
