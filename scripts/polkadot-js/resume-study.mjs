#!/usr/bin/env node
// Resumes a study that is halted or waits for its next attempt.

import { nameOf, readAgreement, readMembers, readRound, readStudy, submit } from '@consilium/client';
import { command, nodeOption, run, studyOption } from './lib/arguments.mjs';
import { withChain } from './lib/connect.mjs';
import { ensureResumable } from './lib/resuming.mjs';
import { readSigner, signerOptions } from './lib/signers.mjs';

const program = command(
  `Resumes a study that a hospital stopped, or that waits for its next attempt because attempts failed, with a
  new attempt of the round under way. Each hospital of the study may, if the agreement is still in force.
  Remove the cause first. Without this call a study that waits tries again by itself, at growing intervals.`,
  [studyOption(), ...signerOptions(), nodeOption()],
);

/** The RPC's code for a study that is not there (node/src/rpc/error.rs). */
const UNKNOWN_STUDY = 8002;

const known = (chain, id) =>
  readStudy(chain, id).catch((error) => {
    if (error.code !== UNKNOWN_STUDY) throw error;
    throw new Error(`there is no study ${id}; open-study.mjs prints the number of a study that it opens`);
  });

await run(program, async (values) => {
  const { study: id, node } = values;
  const signer = await readSigner(values);
  await withChain(node, async (chain) => {
    const study = await known(chain, id);
    const members = await readMembers(chain);
    const name = nameOf(members);
    const agreement = await readAgreement(chain, study.spec.agreement);
    const round = await readRound(chain, id, study.currentRound);
    ensureResumable(study, round, agreement, members, signer.address, name);
    const { block } = await submit(chain.api, chain.api.tx.rounds.resumeStudy(id), signer);
    const { attempt, deadline } = await readRound(chain, id, study.currentRound, block);
    console.log(
      `study ${id} is resumed by ${name(signer.address)}: attempt ${attempt} of round ` +
        `${study.currentRound} is open until block ${deadline}; watch-rounds.mjs --study ${id} shows it`,
    );
  });
});
