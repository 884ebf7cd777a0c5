#!/usr/bin/env node
// Counts the blobs of studies by how they are sealed.

import { readRound, readStudy } from '@consilium/client';
import { command, nodeOption, run, studiesOption } from './lib/arguments.mjs';
import { withChain } from './lib/connect.mjs';

const program = command(
  'Counts the blobs of all finalised rounds by the suite that protects them, as recorded on the chain.',
  [studiesOption(), nodeOption()],
);

await run(program, (values) =>
  withChain(values.node, async (chain) => {
    for (const id of values.study) {
      const { finalisedRounds } = await readStudy(chain, id);
      const counts = new Map();
      for (let round = 1; round <= finalisedRounds; round += 1) {
        const { commitments } = await readRound(chain, id, round);
        for (const suite of commitments.flatMap(({ suites }) => suites)) {
          counts.set(suite, (counts.get(suite) ?? 0) + 1);
        }
      }
      const words = [...counts].map(([suite, count]) => `${count} with ${suite}`);
      console.log(`blobs of study ${id}    ${words.join(', ') || 'none'}`);
    }
  }),
);
