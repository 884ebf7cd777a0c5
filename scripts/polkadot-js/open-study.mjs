#!/usr/bin/env node
// Opens a study.

import { nodeHelp, nodeOption, readCommandLine, run, UsageError } from './lib/arguments.mjs';
import { ensureCommitteeOptions } from './lib/committee-spec.mjs';
import { withChain } from './lib/connect.mjs';
import { nameOf, readMembers, resolveMember } from './lib/members.mjs';
import { rootReference } from './lib/root-set.mjs';
import { readSigner, signerHelp, signerOptions } from './lib/signers.mjs';
import { readAgreement } from './lib/study.mjs';
import { studyHelp, studyOptions, studySpec } from './lib/study-spec.mjs';
import { findEvent, submitAll } from './lib/submit.mjs';

const usage = `
Opens a study, or one for each seed of a range, under an active agreement. The hospitals' nodes then train, commit and
attest by themselves; watch-rounds.mjs shows it.

Usage: open-study.mjs --agreement ID --schema-hash 0x... --features N (--signer-file FILE | --dev NAME) [options]

${studyHelp}

Signer and node:
${signerHelp}
${nodeHelp}
  --print-id             print nothing but the studies' ids, one a line
`;

const options = { ...studyOptions, 'print-id': { type: 'boolean' }, ...signerOptions, node: nodeOption };

function ensureComplete(values) {
  for (const [key, name] of [
    ['agreement', 'agreement ID'],
    ['schemaHash', 'schema-hash 0x...'],
    ['features', 'features N'],
  ]) {
    if (values[key] === undefined) throw new UsageError(`--${name} is missing; see --help`);
  }
  if (values.updates !== undefined && values.epochs !== undefined) {
    throw new UsageError('--updates and --epochs exclude each other; give one');
  }
  ensureCommitteeOptions(values);
}

await run(async () => {
  const { values } = readCommandLine({ usage, options });
  ensureComplete(values);
  const signer = await readSigner(values);
  await withChain(values.node, async ({ api }) => {
    const members = await readMembers(api);
    const agreement = await readAgreement(api, values.agreement);
    if (!agreement)
      throw new Error(`there is no agreement ${values.agreement}; propose-agreement.mjs makes one`);
    const accounts = (texts) => (texts.length > 0 ? texts.map((text) => resolveMember(members, text)) : null);
    const hospitals = accounts(values.hospital) ?? agreement.parties;
    const committee = { parties: accounts(values.party) ?? hospitals, root: rootReference(values) };
    const calls = values.seeds.map((seed) =>
      api.tx.rounds.openStudy(studySpec(values, hospitals, seed, committee)),
    );
    const results = await submitAll(api, calls, signer);
    results.forEach(({ events }, index) => {
      const id = findEvent(events, 'rounds.StudyOpened').data.study.toString();
      console.log(
        values.printId
          ? id
          : `study ${id} is open: ${values.rounds} rounds, seed ${values.seeds[index]}, ${hospitals.map(nameOf(members)).join(', ')}`,
      );
    });
  });
});
