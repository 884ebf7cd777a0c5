#!/usr/bin/env node
// Prints the audit trail of a subject and proves that it is whole.

import { nodeHelp, nodeOption, readCommandLine, run } from './lib/arguments.mjs';
import { parseSubject, proveTrail, readEncodedTrail, readTrail } from './lib/audit.mjs';
import { withChain } from './lib/connect.mjs';
import { nameOf, readMembers } from './lib/members.mjs';
import { table } from './lib/table.mjs';

const usage = `
Prints the audit records of a subject, oldest first, and computes their head: it equals the chain's only if no record
is missing, moved or altered. Exits with 1 when it does not.

Usage: print-audit-trail.mjs <subject> [options]

  <subject>              study/ID, agreement/ID or hospital/ADDRESS
${nodeHelp}
`;

await run(async () => {
  const { values, positionals } = readCommandLine({
    usage,
    options: { node: nodeOption },
    positionals: ['subject'],
  });
  const [text] = positionals;
  const subject = parseSubject(text);
  return withChain(values.node, async (chain) => {
    const name = nameOf(await readMembers(chain.api));
    const at = (await chain.api.rpc.chain.getFinalizedHead()).toHex();
    const records = await readTrail(chain, text, at);
    if (records.length === 0) throw new Error(`there are no records of ${text}`);
    const rows = records.map(({ index, sequence, block, actor, action, detail }) => [
      String(index),
      String(sequence),
      String(block),
      action,
      actor ? name(actor) : 'the chain',
      detail,
    ]);
    console.log(table(['index', 'sequence', 'block', 'action', 'actor', 'detail (BLAKE2b-256)'], rows));
    const { proven, reason } = proveTrail(await readEncodedTrail(chain, subject, at));
    console.log(`\n${proven ? 'proven' : 'NOT proven'}: ${reason}`);
    return proven ? 0 : 1;
  });
});
