#!/usr/bin/env node
// Measures what the chain adds to training.

import { readFileSync } from 'node:fs';
import { integer, oneOf, readCommandLine, run, UsageError } from './lib/arguments.mjs';
import { finalBlocks, follow } from './lib/follow.mjs';
import { Network } from './lib/network.mjs';
import { developmentSigner } from './lib/signers.mjs';
import { studySpec, studyValues } from './lib/study-spec.mjs';
import { findEvent, submit } from './lib/submit.mjs';
import { fixed, table } from './lib/table.mjs';

const usage = `
Measures, on a fresh network of four nodes and with one mini-batch update of training per round, which takes next to no
time: seconds per round, blocks and seconds between the best and the final block, and the memory of each node.

Usage: benchmark-chain.mjs --dir DIR --binaries DIR [options]

  --dir DIR              folder of the network, made anew
  --binaries DIR         folder of consilium-node and consilium-simulator
  --rounds N             (default 20)
  --scheme NAME          committee, or plain (default committee)
  --json                 print JSON instead of tables
`;

const options = {
  dir: { type: 'string' },
  binaries: { type: 'string' },
  rounds: { type: 'string', parse: integer(1, 10_000), default: 20 },
  scheme: { type: 'string', parse: oneOf('committee', 'plain'), default: 'committee' },
  json: { type: 'boolean' },
};

const STALL_SECONDS = 120;

/** Least, median and greatest of numbers. */
function spread(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const median = (sorted[Math.ceil(middle) - 1] + sorted[Math.floor(middle)]) / 2;
  return { least: sorted[0], median, greatest: sorted[sorted.length - 1] };
}

async function openStudy({ api }, { schemaHash, features, classes }, { rounds, scheme }, signers) {
  const [alice, ...others] = signers;
  const parties = signers.map(({ address }) => address);
  const terms = {
    purpose: '0x62656e63686d61726b',
    document: `0x${'00'.repeat(32)}`,
    parties,
    expiresAt: null,
  };
  const proposed = await submit(api, api.tx.accessControl.proposeAgreement(terms), alice);
  const agreement = findEvent(proposed.events, 'accessControl.AgreementProposed').data.agreement.toNumber();
  await Promise.all(
    others.map((signer) => submit(api, api.tx.accessControl.signAgreement(agreement), signer)),
  );
  const values = studyValues({
    agreement,
    schemaHash,
    features,
    classes,
    rounds,
    scheme,
    weakestSuite: 'ml-kem-768',
    updates: 1,
  });
  const { events } = await submit(api, api.tx.rounds.openStudy(studySpec(values, parties, 1)), alice);
  return findEvent(events, 'rounds.StudyOpened').data.study.toNumber();
}

/** Blocks and seconds from a block's arrival to its finality, as a node sees them, until `stop` is called. */
async function measureFinality({ api }) {
  const arrivals = new Map();
  const lags = { blocks: [], seconds: [] };
  let best = 0;
  const stops = [
    await api.rpc.chain.subscribeNewHeads((head) => {
      best = head.number.toNumber();
      if (!arrivals.has(best)) arrivals.set(best, Date.now());
    }),
    await api.derive.chain.subscribeFinalizedHeads((head) => {
      const number = head.number.toNumber();
      if (!arrivals.has(number)) return;
      lags.blocks.push(best - number);
      lags.seconds.push((Date.now() - arrivals.get(number)) / 1000);
    }),
  ];
  return { lags, stop: () => stops.forEach((stop) => stop()) };
}

/** Resident memory of a process now and at its greatest, in MB. */
function memory(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const megabytes = (key) => Number(new RegExp(`^${key}:\\s*(\\d+) kB$`, 'm').exec(status)[1]) / 1000;
  return { now: megabytes('VmRSS'), greatest: megabytes('VmHWM') };
}

async function measure(network, values) {
  await network.start();
  const signers = await Promise.all(network.nodes.map(({ dev }) => developmentSigner(dev)));
  const chain = await network.nodes[0].connect();
  try {
    const study = await openStudy(chain, network.study, values, signers);
    const finality = await measureFinality(chain);
    const seconds = [];
    for await (const event of follow(finalBlocks(chain, STALL_SECONDS), [study])) {
      if (event.type === 'aborted') throw new Error(`round ${event.round} was aborted: ${event.reason}`);
      if (event.type === 'finalised' && event.seconds !== null) seconds.push(event.seconds);
    }
    finality.stop();
    return {
      rounds: seconds.length,
      secondsPerRound: spread(seconds),
      finality: { blocks: spread(finality.lags.blocks), seconds: spread(finality.lags.seconds) },
      memoryMegabytes: Object.fromEntries(network.nodes.map(({ id, process: { pid } }) => [id, memory(pid)])),
    };
  } finally {
    await chain.disconnect();
  }
}

function print({ rounds, secondsPerRound, finality, memoryMegabytes }) {
  const row = (what, { least, median, greatest }) => [
    what,
    fixed(least, 1),
    fixed(median, 1),
    fixed(greatest, 1),
  ];
  console.log(
    table(
      ['measured', 'least', 'median', 'greatest'],
      [
        row(`seconds per round (${rounds} rounds)`, secondsPerRound),
        row('blocks from best to final', finality.blocks),
        row('seconds from arrival to finality', finality.seconds),
      ],
    ),
  );
  const nodes = Object.entries(memoryMegabytes).map(([id, { now, greatest }]) => [
    id,
    fixed(now, 0),
    fixed(greatest, 0),
  ]);
  console.log(`\n${table(['node', 'MB now', 'MB at most'], nodes)}`);
}

await run(async () => {
  const { values } = readCommandLine({ usage, options });
  if (!values.dir || !values.binaries)
    throw new UsageError('--dir DIR and --binaries DIR are needed; see --help');
  const network = await Network.create(values.dir, values.binaries);
  try {
    const result = await measure(network, values);
    if (values.json) console.log(JSON.stringify(result, null, 2));
    else print(result);
  } finally {
    await network.stop();
  }
});
