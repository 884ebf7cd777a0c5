#!/usr/bin/env node
// How the quantum links of a development network fare.

import { readFileSync } from 'node:fs';
import { readCommandLine, run, UsageError } from './lib/arguments.mjs';
import { readLinks } from './lib/kmes.mjs';
import { fixed, table } from './lib/table.mjs';

const usage = `
Shows each quantum link between key management entities: error rate, sifted and secret bits a second in the time of the link,
secret bits stored, and why it last gave no key.

Usage: list-links.mjs --kmes FILE

  --kmes FILE            kmes.json, as prepare-hospitals.mjs writes it
`;

await run(async () => {
  const { values } = readCommandLine({ usage, options: { kmes: { type: 'string' } } });
  if (!values.kmes) throw new UsageError('--kmes FILE is missing; see --help');
  const links = await readLinks(JSON.parse(readFileSync(values.kmes, 'utf8')));
  const rows = links.map((link) => [
    link.link,
    link.state,
    fixed(link.qber, 3),
    fixed(link.sifted_bits_per_second / 1000, 1),
    fixed(link.secret_bits_per_second / 1000, 1),
    String(link.stored_bits_outgoing + link.stored_bits_incoming),
    link.down_because ?? link.last_abort ?? '',
  ]);
  console.log(
    table(
      ['quantum link', 'state', 'QBER', 'sifted kbit/s', 'secret kbit/s', 'stored bits', 'last trouble'],
      rows,
    ),
  );
});
