#!/usr/bin/env node
// Prints the audit trail of a subject and proves that it is complete.

import {
  nameOf,
  proveTrail,
  readMembers,
  readRound,
  readStudy,
  readTrail,
  recordChanges,
} from '@consilium/client';
import { command, nodeOption, run } from './lib/arguments.mjs';
import { withChain } from './lib/connect.mjs';
import { table } from './lib/table.mjs';

const program = command(
  `Prints the audit records of a subject, oldest first, and computes their head: it equals the chain's only
  if no record is missing, moved or altered. Of a study it also says where hospitals attested to other records
  than before. Exits with 1 when the heads differ.`,
  [nodeOption()],
).argument('<subject>', 'study/ID, agreement/ID or hospital/ADDRESS');

/** A line for each change of a hospital's records during a study. */
async function changesOf(chain, subject, name) {
  const id = /^study\/(\d+)$/.exec(subject)?.[1];
  if (id === undefined) return [];
  const { currentRound } = await readStudy(chain, Number(id));
  const numbers = Array.from({ length: currentRound }, (_, index) => index + 1);
  const rounds = await Promise.all(numbers.map((round) => readRound(chain, Number(id), round)));
  return recordChanges(rounds).map(
    ({ hospital, round, before }) =>
      `round ${round}: the records of ${name(hospital)} have changed since round ${before}`,
  );
}

await run(program, ({ node }, subject) =>
  withChain(node, async (chain) => {
    const name = nameOf(await readMembers(chain));
    const trail = await readTrail(chain, subject);
    if (trail.records.length === 0) throw new Error(`there are no records of ${subject}`);
    const rows = trail.records.map(({ index, sequence, block, actor, action, detail }) => [
      ...[index, sequence, block].map(String),
      action,
      actor ? name(actor) : 'the chain',
      detail,
    ]);
    console.log(table(['index', 'sequence', 'block', 'action', 'actor', 'detail (BLAKE2b-256)'], rows));
    for (const line of await changesOf(chain, subject, name)) console.log(line);
    const { proven, reason } = proveTrail(trail);
    console.log(`\n${proven ? 'proven' : 'NOT proven'}: ${reason}`);
    return proven ? 0 : 1;
  }),
);
