// Waiting for conditions, never for time alone.

import { setTimeout as pause } from 'node:timers/promises';

/** The value of a promise, or an error with this message when it takes longer. */
export async function withDeadline(promise, seconds, message) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(message)), seconds * 1000);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Milliseconds between two probes. */
const PAUSE = 200;

/** Seconds for one probe, also for one that begins near the end. */
const SECONDS_TO_ANSWER = 5;

/**
 * The first value of `probe` that is neither null, undefined nor false. An error of the probe counts as "not yet", and so
 * does one that does not answer: a stopped node takes connections and says nothing.
 *
 * @param {string} what is waited for, for the error when the deadline has passed
 * @param {() => string | Promise<string>} lastSeen what there is instead, for that error
 */
export async function until(what, seconds, probe, lastSeen = () => '') {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    let failure = null;
    try {
      const left = Math.max((end - Date.now()) / 1000, SECONDS_TO_ANSWER);
      const value = await withDeadline(probe(), left, `no answer in ${Math.round(left)} seconds`);
      if (value !== null && value !== undefined && value !== false) return value;
    } catch (error) {
      failure = `the last error was: ${error.message}`;
    }
    if (Date.now() > end) {
      const there = await instead(lastSeen);
      throw new Error(
        [`waited ${seconds} seconds for ${what} in vain`, failure, there].filter(Boolean).join('; '),
      );
    }
    await pause(PAUSE);
  }
}

async function instead(lastSeen) {
  try {
    const seen = await withDeadline(
      lastSeen(),
      SECONDS_TO_ANSWER,
      `no answer in ${SECONDS_TO_ANSWER} seconds`,
    );
    return seen && `last seen: ${seen}`;
  } catch (error) {
    return `what there is instead cannot be told: ${error.message}`;
  }
}
