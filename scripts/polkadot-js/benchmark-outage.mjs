#!/usr/bin/env node
// Measures what an outage costs a study.

import { resolve } from 'node:path';
import { binariesOption, command, integer, option, run } from './lib/arguments.mjs';
import { buildBinaries } from './lib/devnet.mjs';
import { HOSPITALS } from './lib/hospitals.mjs';
import { Namespaces } from './lib/namespaces.mjs';
import { Network } from './lib/network.mjs';
import { Trial } from './lib/outage.mjs';
import { withFolder } from './lib/processes.mjs';

const program = command(
  `Measures what an outage costs, on a fresh network of four nodes in network namespaces of Linux, which needs
  root: first one node is cut off from the others, then two are. Prints, as JSON, the blocks of a round before
  and meanwhile, attempts that failed, members that were named, and how soon nodes and study are back.`,
  [
    option(
      '--one <SECONDS>',
      'time for which one node is cut off; 0 for not at all',
      integer(0, 86_400),
      180,
    ),
    option('--two <SECONDS>', 'time for which two are; 0 for not at all', integer(0, 86_400), 600),
    binariesOption(),
  ],
);

await run(program, async ({ one, two, binaries: given }) => {
  const binaries = given ? resolve(given) : await buildBinaries();
  return withFolder('outage', async (folder) => {
    const namespaces = await Namespaces.create(HOSPITALS.map(({ id }) => id));
    try {
      const network = await Network.create(folder, binaries, namespaces);
      await network.start();
      const trial = await Trial.create(network, namespaces);
      const result = {};
      if (one > 0) result.one = await trial.oneAway('dave', one);
      if (two > 0) result.two = await trial.severalAway(['charlie', 'dave'], two);
      await trial.stop();
      await network.stop();
      console.log(JSON.stringify(result, null, 2));
    } finally {
      await namespaces.close();
    }
  });
});
