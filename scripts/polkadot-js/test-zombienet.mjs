#!/usr/bin/env node
// The zombienet tests: four hospitals make and finalise blocks, also after a restart; and with four nodes
// that only compute they finalise a round.

import { join } from 'node:path';
import { binariesOption, command, run } from './lib/arguments.mjs';
import { buildBinaries, membersOf, prepareDevnet, say, ZOMBIENET } from './lib/devnet.mjs';
import { REPOSITORY } from './lib/hospitals.mjs';
import { freePorts } from './lib/ports.mjs';
import { Program, withFolder } from './lib/processes.mjs';

const TESTS = { '0001-devnet': false, '0002-committee': true };

const program = command('Runs the zombienet tests.', [binariesOption()]);

/** Runs one test on its own network. @returns {Promise<number>} its exit code */
async function runTest(folder, binaries, name, computeNodes) {
  const ports = await freePorts(membersOf(computeNodes).length);
  const { env } = prepareDevnet(join(folder, name), binaries, ports, { computeNodes });
  say(`Running the zombienet test ${name} (nodes in ${folder})`);
  const zombienet = new Program(ZOMBIENET, { group: true });
  const file = join(REPOSITORY, `zombienet/${name}.zndsl`);
  const code = await zombienet.run(
    ['-p', 'native', '-l', 'text', '-d', join(folder, `network-${name}`), '-f', 'test', file],
    { env },
  );
  await zombienet.stop();
  return code;
}

await run(program, async (values) => {
  const binaries = values.binaries ?? (await buildBinaries());
  return withFolder('zombienet', async (folder) => {
    for (const [name, computeNodes] of Object.entries(TESTS)) {
      const code = await runTest(folder, binaries, name, computeNodes);
      if (code !== 0) return code;
    }
    return 0;
  });
});
