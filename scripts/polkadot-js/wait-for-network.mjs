#!/usr/bin/env node
// Waits until nodes are up and finalise blocks.

import { integer, readCommandLine, run } from './lib/arguments.mjs';
import { withChain } from './lib/connect.mjs';
import { until } from './lib/wait.mjs';

const usage = `
Waits until nodes are up, know each other and have finalised a block.

Usage: wait-for-network.mjs [options]

  --node URL             WebSocket of a node (default ws://127.0.0.1:9944); repeat it for several
  --seconds N            longest time to wait (default 180)
`;

const options = {
  node: { type: 'string', multiple: true, default: ['ws://127.0.0.1:9944'] },
  seconds: { type: 'string', parse: integer(1), default: 180 },
};

await run(async () => {
  const { values } = readCommandLine({ usage, options });
  const ready = (url) =>
    until(`${url} to finalise a block`, values.seconds, () =>
      withChain(url, async ({ rpc }) => {
        const head = await rpc('chain_getHeader', await rpc('chain_getFinalizedHead'));
        return Number(head.number) > 0;
      }),
    );
  await Promise.all(values.node.map(ready));
});
