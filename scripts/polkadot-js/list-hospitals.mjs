#!/usr/bin/env node
// Lists the members of the consortium.

import { readMembers } from '@consilium/client';
import { blake2AsHex } from '@polkadot/util-crypto';
import { command, nodeOption, run } from './lib/arguments.mjs';
import { withChain } from './lib/connect.mjs';
import { table } from './lib/table.mjs';

const program = command(
  `Lists the members of the consortium: name, address, roles, SAE id, and the first bytes of the BLAKE2b-256
  hashes of their post-quantum keys.`,
  [nodeOption()],
);

const fingerprint = (key) => blake2AsHex(key, 256).slice(2, 14);

await run(program, async ({ node }) => {
  const members = await withChain(node, readMembers);
  const rows = members.map((member) => [
    member.name,
    member.account,
    member.roles.join(', '),
    member.saeId,
    `block ${member.admittedAt}`,
    member.suspended ? 'suspended' : 'active',
    fingerprint(member.keys.mlDsa65),
    fingerprint(member.keys.mlKem768),
  ]);
  const head = ['name', 'address', 'roles', 'SAE id', 'admitted', 'status', 'ML-DSA-65', 'ML-KEM-768'];
  console.log(table(head, rows));
});
