#!/usr/bin/env node
// The end-to-end tests: real nodes, real RPC, real scripts, in their own folder and on free ports.

import { mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Argument } from 'commander';
import { binariesOption, command, run } from './lib/arguments.mjs';
import { buildBinaries, say } from './lib/devnet.mjs';
import { Program, withFolder } from './lib/processes.mjs';

/**
 * Parts that run side by side, each on its own network: most of the time a network waits for its next block.
 */
const PARTS = {
  'calls-and-checks': ['rpc', 'scripts', 'committee', 'refusals', 'rotation', 'startup'],
  'rounds-and-failures': ['rounds', 'blobs', 'records', 'quantum', 'restart'],
  outages: ['outages'],
};

const program = command('Runs the end-to-end tests: all of them on three networks, some topics on one.', [
  binariesOption(),
]).addArgument(new Argument('[topic...]').choices(Object.values(PARTS).flat()));

const FILE = fileURLToPath(new URL('test/e2e/index.mjs', import.meta.url));

await run(program, async (values, given) => {
  const binaries = values.binaries ? resolve(values.binaries) : await buildBinaries();
  return withFolder('e2e', async (folder) => {
    say(`Running the end-to-end tests (nodes in ${folder})`);
    const networks = given.length > 0 ? { some: given } : PARTS;
    mkdirSync(join(folder, 'network'));
    const runners = Object.entries(networks).map(([name, topics], index) => {
      // The output of a part is printed after that of the one before.
      const logFile = index === 0 ? undefined : join(folder, `${name}.txt`);
      const env = {
        E2E_FOLDER: join(folder, 'network', name),
        E2E_BINARIES: binaries,
        E2E_TOPICS: topics.join(' '),
      };
      const runner = new Program(process.execPath, { logFile, group: true });
      runner.start(['--test-reporter=spec', FILE], { env });
      return runner;
    });
    const ends = [];
    for (const { ended, logFile } of runners) {
      ends.push(await ended);
      if (logFile) process.stdout.write(readFileSync(logFile));
    }
    return ends.every(({ code }) => code === 0) ? 0 : 1;
  });
});
