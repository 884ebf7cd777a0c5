#!/usr/bin/env node
// Waits until a study has failed closed because of an eavesdropper, says why, and takes her off the link.

import { readFileSync } from 'node:fs';
import { integer, nodeHelp, nodeOption, readCommandLine, run, UsageError } from './lib/arguments.mjs';
import { withChain } from './lib/connect.mjs';
import { readLinks, setEavesdropper } from './lib/kmes.mjs';
import { readRound, readStudy } from './lib/study.mjs';
import { until } from './lib/wait.mjs';

const usage = `
Waits until a try of a study's round was aborted because somebody listens on a quantum link, shows how the links fare, and takes
the eavesdropper off.

Usage: lift-eavesdropper.mjs --kmes FILE --link A-B --study ID [options]

  --kmes FILE            kmes.json, as prepare-hospitals.mjs writes it
  --link A-B             the two members
  --study ID             the study
${nodeHelp}
`;

const options = {
  kmes: { type: 'string' },
  link: { type: 'string' },
  study: { type: 'string', parse: integer(0, 2 ** 32 - 1) },
  node: nodeOption,
};

/** Seconds for a try to reach its deadline. */
const SECONDS_TO_FAIL = 600;

await run(async () => {
  const { values } = readCommandLine({ usage, options });
  const missing = ['kmes', 'link', 'study'].find((name) => values[name] === undefined);
  if (missing) throw new UsageError(`--${missing} is missing; see --help`);
  const kmes = JSON.parse(readFileSync(values.kmes, 'utf8'));
  await withChain(values.node, async ({ api }) => {
    const probe = async () => {
      const { currentRound } = await readStudy(api, values.study);
      const round = await readRound(api, values.study, currentRound);
      return round.attempt > 1 || round.phase === 'Aborted' ? currentRound : null;
    };
    const round = await until(`a try of study ${values.study} to be aborted`, SECONDS_TO_FAIL, probe);
    const links = (await readLinks(kmes)).filter(({ last_abort: trouble }) => trouble);
    console.log(`Round ${round} of study ${values.study} was aborted: without keys no hospital commits.`);
    for (const { link, last_abort: trouble } of links) console.log(`  link ${link}: no key: ${trouble}`);
    await setEavesdropper(kmes, values.link.split('-'), 0);
    console.log(`Nobody listens on the link ${values.link} any more.`);
  });
});
