#!/usr/bin/env node
// How the blobs of studies were sealed.

import { integer, nodeHelp, nodeOption, readCommandLine, run, UsageError } from './lib/arguments.mjs';
import { withChain } from './lib/connect.mjs';
import { readStudy } from './lib/study.mjs';

const usage = `
Counts the blobs of all finalised rounds by the suite with which they are protected, as the chain has it.

Usage: print-sealing.mjs --study ID ... [options]

  --study ID             which study; repeat it for several
${nodeHelp}
`;

const options = {
  study: { type: 'string', multiple: true, parse: integer(0, 2 ** 32 - 1) },
  node: nodeOption,
};

await run(async () => {
  const { values } = readCommandLine({ usage, options });
  if (values.study.length === 0) throw new UsageError('--study ID is missing; see --help');
  await withChain(values.node, async ({ api }) => {
    for (const id of values.study) {
      const study = await readStudy(api, id);
      if (!study) throw new Error(`there is no study ${id}`);
      const counts = new Map();
      for (let round = 1; round <= study.finalisedRounds; round += 1) {
        for (const [, { suites }] of await api.call.roundsApi.commitments(id, round)) {
          for (const { type } of suites) counts.set(type, (counts.get(type) ?? 0) + 1);
        }
      }
      const words = [...counts].map(([suite, count]) => `${count} with ${suite}`);
      console.log(`blobs of study ${id}    ${words.join(', ') || 'none'}`);
    }
  });
});
