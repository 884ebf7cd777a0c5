#!/usr/bin/env node
// Proposes a data-use agreement.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { stringToHex } from '@polkadot/util';
import { integer, nodeHelp, nodeOption, readCommandLine, run, UsageError } from './lib/arguments.mjs';
import { withChain } from './lib/connect.mjs';
import { nameOf, readMembers, resolveMember, trainers } from './lib/members.mjs';
import { readSigner, signerHelp, signerOptions } from './lib/signers.mjs';
import { findEvent, submit } from './lib/submit.mjs';

const usage = `
Proposes a data-use agreement, which is also its proposer's signature. The document stays off chain; its SHA-256
stands in the terms.

Usage: propose-agreement.mjs --document FILE (--signer-file FILE | --dev NAME) [options]

  --document FILE        the contract that the parties sign
  --purpose TEXT         what the data is used for, at most 64 bytes
                         (default "Training a model; records stay at their hospital")
  --party NAME|ADDRESS   must sign; repeat it (default: every active hospital with the role Trainer)
  --expires-at BLOCK     first block at which the agreement no longer holds (default: none)
${signerHelp}
${nodeHelp}
  --print-id             print nothing but the agreement's id
`;

const options = {
  document: { type: 'string' },
  purpose: { type: 'string', default: 'Training a model; records stay at their hospital' },
  party: { type: 'string', multiple: true },
  'expires-at': { type: 'string', parse: integer(1, 2 ** 32 - 1) },
  'print-id': { type: 'boolean' },
  ...signerOptions,
  node: nodeOption,
};

function hashDocument(file) {
  if (!file) throw new UsageError('--document FILE is missing; see --help');
  try {
    return `0x${createHash('sha256').update(readFileSync(file)).digest('hex')}`;
  } catch (error) {
    throw new Error(`cannot read the document ${file}: ${error.code}`);
  }
}

await run(async () => {
  const { values } = readCommandLine({ usage, options });
  const document = hashDocument(values.document);
  const signer = await readSigner(values);
  await withChain(values.node, async ({ api }) => {
    const members = await readMembers(api);
    const parties =
      values.party.length > 0
        ? values.party.map((text) => resolveMember(members, text))
        : trainers(members).map(({ account }) => account);
    const terms = {
      purpose: stringToHex(values.purpose),
      document,
      parties,
      expiresAt: values.expiresAt ?? null,
    };
    const { events } = await submit(api, api.tx.accessControl.proposeAgreement(terms), signer);
    const id = findEvent(events, 'accessControl.AgreementProposed').data.agreement.toString();
    if (values.printId) {
      console.log(id);
    } else {
      console.log(`agreement ${id} is proposed and signed by ${nameOf(members)(signer.address)}`);
      console.log(`  purpose   ${values.purpose}`);
      console.log(`  document  ${document}`);
      console.log(`  parties   ${parties.map(nameOf(members)).join(', ')}`);
    }
  });
});
