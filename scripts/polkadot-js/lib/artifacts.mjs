// Whether all nodes know the same models.

import { setTimeout as pause } from 'node:timers/promises';

/** Milliseconds a node may lag behind the one that is watched. */
const LAG = 30_000;

/**
 * Asks every node for the artifact of every round.
 *
 * @param {Chain[]} chains connections to the nodes
 * @returns {Promise<{ round: number, artifacts: (string | null)[], same: boolean }[]>} `artifacts` in the order of the nodes
 */
export async function compareArtifacts(chains, study, rounds) {
  return Promise.all(
    Array.from({ length: rounds }, async (_, index) => {
      const round = index + 1;
      const artifacts = await Promise.all(chains.map((chain) => artifactOf(chain, study, round)));
      return {
        round,
        artifacts,
        same: artifacts[0] !== null && artifacts.every((artifact) => artifact === artifacts[0]),
      };
    }),
  );
}

async function artifactOf(chain, study, round) {
  const end = Date.now() + LAG;
  for (;;) {
    // A node that lags behind may not know the round yet, and says so with an error.
    const artifact = await chain.rpc('rounds_round', study, round).then(
      (entry) => entry.artifact,
      () => null,
    );
    if (artifact !== null || Date.now() > end) return artifact;
    await pause(500);
  }
}
