#!/usr/bin/env node
// Says where the last models of studies are.

import { integer, nodeHelp, nodeOption, readCommandLine, run, UsageError } from './lib/arguments.mjs';
import { cidOf } from './lib/cid.mjs';
import { withChain } from './lib/connect.mjs';
import { readStudy } from './lib/study.mjs';

const usage = `
Prints, for each study, the name of its last model in the blob store (CIDv1).

Usage: last-models.mjs --study ID ... [options]

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
      if (study.artifact === null) throw new Error(`study ${id} has not finalised a round yet`);
      console.log(cidOf(study.artifact));
    }
  });
});
