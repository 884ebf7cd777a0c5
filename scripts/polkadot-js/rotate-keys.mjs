#!/usr/bin/env node
// Replaces a hospital's post-quantum keys.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readMembers, submit } from '@consilium/client';
import { command, nodeOption, required, run } from './lib/arguments.mjs';
import { withChain } from './lib/connect.mjs';
import { execute } from './lib/execute.mjs';
import { readSigner, signerOptions } from './lib/signers.mjs';

const program = command(
  `Makes new ML-DSA-65 and ML-KEM-768 keys of a hospital, signed by the present and by the new ML-DSA-65
  key, and registers them on the chain. Afterwards hospital.toml must name the new files; the remaining
  steps are printed.`,
  [
    required('--hospital <FILE>', "the hospital's present hospital.toml"),
    required('--out <DIR>', 'folder for the new keys'),
    required('--binaries <DIR>', 'folder of consilium-node'),
    ...signerOptions(),
    nodeOption(),
  ],
);

await run(program, async (values) => {
  const signer = await readSigner(values);
  await withChain(values.node, async (chain) => {
    const member = (await readMembers(chain)).find(({ account }) => account === signer.address);
    if (!member) throw new Error(`${signer.address} is not a member`);
    const steps = execute(join(values.binaries, 'consilium-node'), [
      ...['hospital', 'keys', 'rotate', '--hospital', values.hospital, '--out', values.out],
      ...['--genesis', chain.api.genesisHash.toHex(), '--keys-since', String(member.keysSince)],
    ]);
    const { keys, byPresent, byNew } = JSON.parse(readFileSync(join(values.out, 'rotation.json'), 'utf8'));
    await submit(chain.api, chain.api.tx.hospitalRegistry.rotateKeys(keys, byPresent, byNew), signer);
    console.log(`${steps.trim()}\n\nThe new keys of ${member.name} are on the chain.`);
  });
});
