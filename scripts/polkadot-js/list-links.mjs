#!/usr/bin/env node
// Shows the link status of a development network's quantum links.

import { command, run } from './lib/arguments.mjs';
import { kmesOption, readKmes, readLinks } from './lib/kmes.mjs';
import { fixed, table } from './lib/table.mjs';

const program = command(
  `Shows each quantum link between key management entities: error rate, sifted and secret bits per second in
  the time of the link, secret bits stored, and why it last had no key.`,
  [kmesOption()],
);

await run(program, async ({ kmes }) => {
  const links = await readLinks(readKmes(kmes));
  const rows = links.map((link) => [
    link.link,
    link.state,
    fixed(link.qber, 3),
    fixed(link.sifted_bits_per_second / 1000, 1),
    fixed(link.secret_bits_per_second / 1000, 1),
    String(link.stored_bits_outgoing + link.stored_bits_incoming),
    link.down_because ?? link.last_abort ?? '',
  ]);
  const head = [
    'quantum link',
    'state',
    'QBER',
    'sifted kbit/s',
    'secret kbit/s',
    'stored bits',
    'last failure',
  ];
  console.log(table(head, rows));
});
