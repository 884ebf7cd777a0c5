#!/usr/bin/env node
// Lists the members of the consortium.

import { u8aToHex } from '@polkadot/util';
import { blake2AsU8a } from '@polkadot/util-crypto';
import { nodeHelp, nodeOption, readCommandLine, run } from './lib/arguments.mjs';
import { withChain } from './lib/connect.mjs';
import { readMembers } from './lib/members.mjs';
import { table } from './lib/table.mjs';

const usage = `
Lists the members of the consortium: name, address, roles, SAE id, and the first bytes of the BLAKE2b-256 hashes of
their post-quantum keys.

Usage: list-hospitals.mjs [options]

${nodeHelp}
`;

const fingerprint = (key) => u8aToHex(blake2AsU8a(key, 256).subarray(0, 6)).slice(2);

await run(async () => {
  const { values } = readCommandLine({ usage, options: { node: nodeOption } });
  const members = await withChain(values.node, ({ api }) => readMembers(api));
  const rows = members.map((member) => [
    member.name,
    member.account,
    member.roles.join(', '),
    member.saeId,
    `block ${member.admittedAt}`,
    member.suspended ? 'suspended' : 'active',
    fingerprint(member.mlDsa65),
    fingerprint(member.mlKem768),
  ]);
  console.log(
    table(['name', 'address', 'roles', 'SAE id', 'admitted', 'status', 'ML-DSA-65', 'ML-KEM-768'], rows),
  );
});
