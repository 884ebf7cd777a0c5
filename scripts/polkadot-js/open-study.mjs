#!/usr/bin/env node
// Opens a study.

import { nameOf, openStudies, readMembers } from '@consilium/client';
import { command, nodeOption, option, printIdOption, run } from './lib/arguments.mjs';
import { withChain } from './lib/connect.mjs';
import { specsOf } from './lib/opening.mjs';
import { readSigner, signerOptions } from './lib/signers.mjs';
import { describeStudy, studyOptions } from './lib/study-file.mjs';

const program = command(
  `Opens a study, or one for each seed of a range, under an active agreement. The study is described in a
  study.toml (examples/study.toml, docs/study.schema.json), by options, or by both: options override the
  file. The hospitals' nodes then train, commit and attest by themselves; watch-rounds.mjs shows it.`,
  [
    option('--study <FILE>', 'a study.toml'),
    ...studyOptions,
    ...signerOptions(),
    nodeOption(),
    printIdOption(),
  ],
);

await run(program, async (values) => {
  const description = describeStudy(values, values.study);
  const signer = await readSigner(values);
  await withChain(values.node, async (chain) => {
    const specs = await specsOf(chain, description, values.seeds);
    const studies = await openStudies(chain, specs, signer);
    const name = nameOf(await readMembers(chain));
    studies.forEach((study, index) => {
      const { maxRounds, seed, hospitals } = specs[index];
      const members = hospitals.map(name).join(', ');
      const opened = `study ${study} is open: ${maxRounds} rounds, seed ${seed}, ${members}`;
      console.log(values.printId ? study : opened);
    });
  });
});
