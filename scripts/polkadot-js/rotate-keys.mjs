#!/usr/bin/env node
// Puts new post-quantum keys in place of a hospital's present ones.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { nodeHelp, nodeOption, readCommandLine, run, UsageError } from './lib/arguments.mjs';
import { withChain } from './lib/connect.mjs';
import { execute } from './lib/execute.mjs';
import { readMembers } from './lib/members.mjs';
import { readSigner, signerHelp, signerOptions } from './lib/signers.mjs';
import { submit } from './lib/submit.mjs';

const usage = `
Makes new ML-DSA-65 and ML-KEM-768 keys of a hospital, signed by the present and by the new ML-DSA-65 key, and tells the chain.
Afterwards hospital.toml must name the new files; what is to be done is printed.

Usage: rotate-keys.mjs --hospital FILE --out DIR --binaries DIR (--signer-file FILE | --dev NAME) [options]

  --hospital FILE        the hospital's present hospital.toml
  --out DIR              folder for the new keys
  --binaries DIR         folder of consilium-node
${signerHelp}
${nodeHelp}
`;

const options = {
  hospital: { type: 'string' },
  out: { type: 'string' },
  binaries: { type: 'string' },
  ...signerOptions,
  node: nodeOption,
};

await run(async () => {
  const { values } = readCommandLine({ usage, options });
  const missing = ['hospital', 'out', 'binaries'].find((name) => values[name] === undefined);
  if (missing) throw new UsageError(`--${missing} is missing; see --help`);
  const signer = await readSigner(values);
  await withChain(values.node, async ({ api }) => {
    const member = (await readMembers(api)).find(({ account }) => account === signer.address);
    if (!member) throw new Error(`${signer.address} is no member`);
    const words = execute(join(values.binaries, 'consilium-node'), [
      ...['hospital', 'keys', 'rotate', '--hospital', values.hospital, '--out', values.out],
      ...['--genesis', api.genesisHash.toHex(), '--keys-since', String(member.keysSince)],
    ]);
    const { keys, byPresent, byNew } = JSON.parse(readFileSync(join(values.out, 'rotation.json'), 'utf8'));
    await submit(api, api.tx.hospitalRegistry.rotateKeys(keys, byPresent, byNew), signer);
    console.log(`${words.trim()}\n\nThe call was sent, and ${member.name} has the new keys on the chain.`);
  });
});
