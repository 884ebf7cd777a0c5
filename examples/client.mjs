// The client library in twenty lines: lists studies, follows one to its end, and proves its audit trail.
//
// Usage: node examples/client.mjs [study] [ws://127.0.0.1:9944]

import {
  connect,
  finalBlocks,
  follow,
  proveTrail,
  readStudy,
  readTrail,
  studyStatus,
} from '@consilium/client';

const [study = '0', url = 'ws://127.0.0.1:9944'] = process.argv.slice(2);
const chain = await connect(url);

for (let id = 0; ; id += 1) {
  const found = await readStudy(chain, id).catch(() => null);
  if (!found) break;
  console.log(`study ${id}, ${found.spec.title}: ${studyStatus(found)}`);
}
for await (const { type, round, seconds } of follow(finalBlocks(chain, 60), [Number(study)])) {
  console.log(type, round ?? '', seconds ? `in ${seconds} s` : '');
}
console.log(proveTrail(await readTrail(chain, `study/${study}`)).reason);
await chain.disconnect();
