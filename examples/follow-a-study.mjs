#!/usr/bin/env node
// The client library in twenty lines: prints what happens in a study until it is over.
//
//   examples/follow-a-study.mjs 0 [ws://127.0.0.1:9944]

import {
  connect,
  finalBlocks,
  finding,
  follow,
  nameOf,
  pooled,
  readMembers,
  readStudy,
} from '@consilium/client';

const [study = '0', url = 'ws://127.0.0.1:9944'] = process.argv.slice(2);
const chain = await connect(url);
const name = nameOf(await readMembers(chain));
const { spec } = await readStudy(chain, Number(study));
const parties = spec.scheme.kind === 'Committee' ? spec.scheme.parties : [];

for await (const event of follow(finalBlocks(chain, 300), [Number(study)])) {
  if (event.type === 'finalised') {
    const metrics = pooled(event.entry.attestations);
    const accuracy = metrics?.accuracy?.toFixed(3) ?? 'unknown';
    console.log(`round ${event.round}: accuracy ${accuracy} on ${metrics?.examples ?? 0} test records`);
  } else if (event.type === 'over') {
    console.log(`the study is ${event.entry.status.kind}; last model ${event.entry.artifact}`);
  } else {
    console.log(`round ${event.round}: ${finding(event, parties, name)}`);
  }
}
await chain.disconnect();
