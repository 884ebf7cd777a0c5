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

/**
 * The first value of `probe` that is neither null, undefined nor false. An error of the probe counts as "not yet".
 *
 * @param {string} what is waited for, for the error when the deadline has passed
 */
export async function until(what, seconds, probe, everyMilliseconds = 200) {
  const end = Date.now() + seconds * 1000;
  let last = '';
  for (;;) {
    try {
      const value = await probe();
      if (value !== null && value !== undefined && value !== false) return value;
      last = '';
    } catch (error) {
      last = `; the last error was: ${error.message}`;
    }
    if (Date.now() > end) throw new Error(`waited ${seconds} seconds for ${what} in vain${last}`);
    await pause(everyMilliseconds);
  }
}
