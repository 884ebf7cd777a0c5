// Studies and rounds: opening and reading.

import { submitAll, findEvent } from './submit.js';
import { until } from './wait.js';

/** @import { Chain, Round, Study } from './types.js' */
/** @import { Options, Signer } from './submit.js' */

/** The RPC's code for a round that a study does not have (node/src/rpc/error.rs). */
const UNKNOWN_ROUND = 8003;

/** Seconds by which a node may lag behind another one. */
const LAG = 30;

/**
 * Opens studies, in their order.
 *
 * @param {Chain} chain
 * @param {object[]} specs as `studySpec` makes them
 * @param {Signer} signer
 * @param {Options} [options]
 * @returns {Promise<number[]>} the ids
 */
export async function openStudies({ api }, specs, signer, options) {
  const calls = specs.map((spec) => api.tx.rounds.openStudy(spec));
  const results = await submitAll(api, calls, signer, options);
  return results.map(({ events }) => findEvent(events, 'rounds.StudyOpened').data.study.toNumber());
}

/**
 * One study; an error when there is none.
 *
 * @param {Chain} chain
 * @param {number} id
 * @param {string} [at] hash of a block; by default the best one
 * @returns {Promise<Study>}
 */
export const readStudy = (chain, id, at) => chain.rpc('rounds_study', id, at);

/**
 * One round of a study with its commitments and its committee's progress; null when it is not open yet.
 *
 * @param {Chain} chain
 * @param {number} study
 * @param {number} round
 * @param {string} [at] hash of a block; by default the best one
 * @returns {Promise<Round | null>}
 */
export async function readRound(chain, study, round, at) {
  try {
    return await chain.rpc('rounds_round', study, round, at);
  } catch (error) {
    if (/** @type {any} */ (error).code === UNKNOWN_ROUND) return null;
    throw error;
  }
}

/**
 * Asks several nodes for the artifact of each round.
 *
 * @param {Chain[]} chains connections to the nodes
 * @param {number} study
 * @param {number} rounds
 * @returns {Promise<{ round: number, artifacts: (string | null)[], same: boolean }[]>} `artifacts` in the
 *   order of the nodes
 */
export function compareArtifacts(chains, study, rounds) {
  /** @param {number} round @returns {(chain: Chain) => Promise<string | null>} */
  const artifactOf = (round) => (chain) =>
    until('an artifact', LAG, async () => (await readRound(chain, study, round))?.artifact).catch(() => null);
  return Promise.all(
    Array.from({ length: rounds }, async (_, index) => {
      const artifacts = await Promise.all(chains.map(artifactOf(index + 1)));
      const same = artifacts[0] !== null && artifacts.every((artifact) => artifact === artifacts[0]);
      return { round: index + 1, artifacts, same };
    }),
  );
}
