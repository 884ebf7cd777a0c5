#!/usr/bin/env node
// Waits until a study has failed closed because of an eavesdropper, prints why, and removes her from the
// link.

import { readRound, readStudy, until } from '@consilium/client';
import { command, nodeOption, required, run, studyOption } from './lib/arguments.mjs';
import { withChain } from './lib/connect.mjs';
import { kmesOption, readKmes, readLinks, setEavesdropper } from './lib/kmes.mjs';

const program = command(
  `Waits until an attempt of a study's round was aborted because of an eavesdropper on a quantum link, shows
  the link status, and removes the eavesdropper.`,
  [kmesOption(), required('--link <A-B>', 'the two members'), studyOption(), nodeOption()],
);

/** Seconds for an attempt to reach its deadline. */
const SECONDS_TO_FAIL = 600;

await run(program, async ({ kmes: file, link, study, node }) => {
  const kmes = readKmes(file);
  await withChain(node, async (chain) => {
    const round = await until(`an attempt of study ${study} to be aborted`, SECONDS_TO_FAIL, async () => {
      const { currentRound } = await readStudy(chain, study);
      const { attempt, phase } = await readRound(chain, study, currentRound);
      return attempt > 1 || phase.kind === 'Aborted' ? currentRound : null;
    });
    console.log(`Round ${round} of study ${study} was aborted: without keys no hospital commits.`);
    for (const { link: name, last_abort: reason } of await readLinks(kmes)) {
      if (reason) console.log(`  link ${name}: no key: ${reason}`);
    }
    await setEavesdropper(kmes, link.split('-'), 0);
    console.log(`The eavesdropper on the link ${link} is gone.`);
  });
});
