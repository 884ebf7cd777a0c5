#!/usr/bin/env node
// Signs a data-use agreement.

import { nameOf, readAgreement, readMembers, signAgreement } from '@consilium/client';
import { command, id, nodeOption, required, run } from './lib/arguments.mjs';
import { withChain } from './lib/connect.mjs';
import { readSigners, signerOptions } from './lib/signers.mjs';

const program = command("Signs a data-use agreement. With the last party's signature it is active.", [
  required('--agreement <ID>', 'the agreement').argParser(id),
  ...signerOptions('; repeat it for several'),
  nodeOption(),
]);

await run(program, async (values) => {
  const signers = await readSigners(values);
  await withChain(values.node, async (chain) => {
    const name = nameOf(await readMembers(chain));
    await Promise.all(signers.map((signer) => signAgreement(chain, values.agreement, signer)));
    const { parties, signatures, status } = await readAgreement(chain, values.agreement);
    const missing = parties.filter((party) => !signatures.includes(party)).map(name);
    const notYet = missing.length > 0 ? `; not yet by ${missing.join(', ')}` : '';
    const signed = `signed by ${signatures.map(name).join(', ')}`;
    console.log(`agreement ${values.agreement} is ${status.toLowerCase()}: ${signed}${notYet}`);
  });
});
