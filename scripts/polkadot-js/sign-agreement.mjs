#!/usr/bin/env node
// Signs a data-use agreement.

import { integer, nodeHelp, nodeOption, readCommandLine, run, UsageError } from './lib/arguments.mjs';
import { withChain } from './lib/connect.mjs';
import { nameOf, readMembers } from './lib/members.mjs';
import { readSigners, signerHelp, signerOptions } from './lib/signers.mjs';
import { readAgreement } from './lib/study.mjs';
import { submit } from './lib/submit.mjs';

const usage = `
Signs a data-use agreement. With the last party's signature it is active.

Usage: sign-agreement.mjs --agreement ID (--signer-file FILE | --dev NAME) ... [options]

  --agreement ID         which agreement
${signerHelp}
                         Both may be given several times.
${nodeHelp}
`;

const options = {
  agreement: { type: 'string', parse: integer(0, 2 ** 32 - 1) },
  ...signerOptions,
  node: nodeOption,
};

await run(async () => {
  const { values } = readCommandLine({ usage, options });
  if (values.agreement === undefined) throw new UsageError('--agreement ID is missing; see --help');
  const signers = await readSigners(values);
  await withChain(values.node, async ({ api }) => {
    const name = nameOf(await readMembers(api));
    const sign = (signer) => submit(api, api.tx.accessControl.signAgreement(values.agreement), signer);
    await Promise.all(signers.map(sign));
    const agreement = await readAgreement(api, values.agreement);
    const waiting = agreement.parties.filter((party) => !agreement.signatures.includes(party));
    console.log(
      `agreement ${values.agreement} is ${agreement.status.toLowerCase()}: signed by ${agreement.signatures.map(name).join(', ')}` +
        (waiting.length > 0 ? `; not yet by ${waiting.map(name).join(', ')}` : ''),
    );
  });
});
