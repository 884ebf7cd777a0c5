#!/usr/bin/env node
// Opens a study.

import { describeBlocks, nameOf, openStudies, readMembers, slotDuration } from '@consilium/client';
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

/** The deadlines of a study, in blocks and seconds. */
function deadlines({ scheme, collectingBlocks, attestingBlocks, retentionBlocks }, slot) {
  const times = {
    collecting: collectingBlocks,
    'each step of the committee': scheme.Committee?.stepBlocks,
    attesting: attestingBlocks,
    'updates are kept': retentionBlocks ?? undefined,
  };
  const known = Object.entries(times).filter(([, blocks]) => blocks !== undefined);
  return known.map(([what, blocks]) => `${what} ${describeBlocks(blocks, slot)}`).join(', ');
}

await run(program, async (values) => {
  const description = describeStudy(values, values.study);
  const signer = await readSigner(values);
  await withChain(values.node, async (chain) => {
    const specs = await specsOf(chain, description, values.seeds);
    const studies = await openStudies(chain, specs, signer);
    const name = nameOf(await readMembers(chain));
    const slot = await slotDuration(chain);
    studies.forEach((study, index) => {
      const { maxRounds, seed, hospitals } = specs[index];
      const members = hospitals.map(name).join(', ');
      const opened =
        `study ${study} is open: ${maxRounds} rounds, seed ${seed}, ${members}\n` +
        `  ${deadlines(specs[index], slot)}`;
      console.log(values.printId ? study : opened);
    });
  });
});
