#!/usr/bin/env node
// Proposes a data-use agreement.

import { readFileSync } from 'node:fs';
import { nameOf, proposeAgreement, readMembers, resolveMember, trainers } from '@consilium/client';
import { command, id, nodeOption, option, printIdOption, repeated, required, run } from './lib/arguments.mjs';
import { referenceOf } from './lib/blobs.mjs';
import { withChain } from './lib/connect.mjs';
import { readSigner, signerOptions } from './lib/signers.mjs';

const PURPOSE = 'Training a model; records stay at their hospital';

const program = command(
  `Proposes a data-use agreement, which is also its proposer's signature. The document stays off chain; the
  terms hold its SHA-256.`,
  [
    required('--document <FILE>', 'the contract that the parties sign'),
    option('--purpose <TEXT>', 'use of the data, at most 64 bytes', undefined, PURPOSE),
    repeated(
      '--party <NAME|ADDRESS>',
      'must sign; repeat it (default: every active hospital with the role Trainer)',
    ),
    option('--expires-at <BLOCK>', 'first block at which the agreement is not valid (default: none)', id),
    ...signerOptions(),
    nodeOption(),
    printIdOption(),
  ],
);

function hashOf(file) {
  try {
    return referenceOf(readFileSync(file)).hash;
  } catch (error) {
    throw new Error(`cannot read the document ${file}: ${error.code}`);
  }
}

await run(program, async (values) => {
  const document = hashOf(values.document);
  const signer = await readSigner(values);
  await withChain(values.node, async (chain) => {
    const members = await readMembers(chain);
    const given = values.party?.map((text) => resolveMember(members, text));
    const parties = given ?? trainers(members).map(({ account }) => account);
    const { purpose, expiresAt = null } = values;
    const agreement = await proposeAgreement(chain, { purpose, document, parties, expiresAt }, signer);
    if (values.printId) return console.log(agreement);
    console.log(`agreement ${agreement} is proposed and signed by ${nameOf(members)(signer.address)}`);
    console.log(`  purpose   ${purpose}`);
    console.log(`  document  ${document}`);
    console.log(`  parties   ${parties.map(nameOf(members)).join(', ')}`);
  });
});
