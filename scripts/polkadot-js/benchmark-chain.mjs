#!/usr/bin/env node
// Measures what the chain adds to training.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  compareArtifacts,
  finalBlocks,
  follow,
  openStudies,
  proposeAgreement,
  signAgreement,
  slotDuration,
} from '@consilium/client';
import { binariesOption, command, integer, number, option, run, UsageError } from './lib/arguments.mjs';
import { buildBinaries } from './lib/devnet.mjs';
import { withChain, withChains } from './lib/connect.mjs';
import { HOSPITALS } from './lib/hospitals.mjs';
import { Namespaces } from './lib/namespaces.mjs';
import { Network } from './lib/network.mjs';
import { specsOf } from './lib/opening.mjs';
import { withFolder } from './lib/processes.mjs';
import { developmentSigner } from './lib/signers.mjs';
import { describeStudy } from './lib/study-file.mjs';
import { PhaseTimes, spread, timed } from './lib/phases.mjs';
import { fixed, table } from './lib/table.mjs';
import { measureThroughput } from './lib/throughput.mjs';

const program = command(
  `Measures, on a fresh network of four nodes and with one mini-batch update of training per round, which
  takes next to no time: blocks and seconds of each round and of each of its phases, blocks and seconds
  between the best and the final block, and the memory of each node. With --delay, --jitter or --loss each
  node has a network namespace of Linux, which needs root, and a network between them that delays and loses
  what they send to each other. With --throughput then also, on one node, updates that the chain verifies and
  includes per second; with --stock beside the remarks per second of polkadot-sdk's solochain template.`,
  [
    option('--rounds <N>', 'rounds to measure', integer(1, 10_000), 20),
    option('--scheme <NAME>', 'scheme of the study', ['committee', 'plain'], 'committee'),
    option('--slot <MS>', 'time from block to block', integer(500, 60_000), 1000),
    option('--delay <MS>', 'delay between the nodes, one way, such as 40', number(0, 10_000), 0),
    option('--jitter <MS>', 'most by which the delay differs, either way; uniform', number(0, 10_000), 0),
    option('--loss <PERCENT>', 'packets that are lost, each way, such as 1', number(0, 99), 0),
    option('--loss-seed <N>', 'seed of delays and losses', integer(), 1),
    option('--throughput', 'measure updates per second, too'),
    option('--stock <NODE>', 'measure it beside this solochain-template-node, built by its own recipe'),
    option('--json', 'print JSON instead of tables'),
    binariesOption(),
  ],
);

const STALL_SECONDS = 120;

async function openStudy(chain, { schemaHash, features, classes }, { rounds, scheme }, signers) {
  const [alice, ...others] = signers;
  const parties = signers.map(({ address }) => address);
  const terms = { purpose: 'benchmark', document: `0x${'00'.repeat(32)}`, parties, expiresAt: null };
  const agreement = await proposeAgreement(chain, terms, alice);
  await Promise.all(others.map((signer) => signAgreement(chain, agreement, signer)));
  const description = describeStudy({
    ...{ agreement, schemaHash, features, classes, rounds, scheme, updates: 1 },
    weakestSuite: scheme === 'committee' ? 'ml-kem-768' : undefined,
  });
  const [study] = await openStudies(chain, await specsOf(chain, description, [1]), alice);
  return study;
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

/** The number of rounds whose artifact is the same on all nodes. */
async function sameArtifacts(network, study, rounds) {
  const urls = network.nodes.map(({ url }) => url);
  const compared = await withChains(urls, (chains) => compareArtifacts(chains, study, rounds));
  return compared.filter(({ same }) => same).length;
}

/** Namespaces for the nodes, or undefined for an undisturbed network. */
async function namespacesFor({ delay, jitter, loss, lossSeed }) {
  if (jitter > delay) throw new UsageError(`--jitter ${jitter} must not exceed --delay ${delay}`);
  if (delay === 0 && loss === 0) return undefined;
  const ids = HOSPITALS.map(({ id }) => id);
  return Namespaces.create(ids, { delay, jitter, loss: loss / 100, seed: lossSeed });
}

async function measure(network, values) {
  const begin = Date.now();
  await network.start();
  const signers = await Promise.all(network.nodes.map(({ dev }) => developmentSigner(dev)));
  return withChain(network.nodes[0].url, async (chain) => {
    const study = await openStudy(chain, network.study, values, signers);
    const finality = await measureFinality(chain);
    const times = new PhaseTimes();
    const aborted = [];
    for await (const event of follow(timed(finalBlocks(chain, STALL_SECONDS), study, times), [study])) {
      if (event.type === 'aborted') aborted.push({ round: event.round, reason: event.reason });
    }
    finality.stop();
    const rounds = times.perRound();
    return {
      scheme: values.scheme,
      slotSeconds: (await slotDuration(chain)) / 1000,
      seconds: (Date.now() - begin) / 1000,
      rounds,
      aborted,
      roundsWithTheSameArtifactOnAllNodes: await sameArtifacts(network, study, rounds.length),
      ...times.summary(),
      finality: { blocks: spread(finality.lags.blocks), seconds: spread(finality.lags.seconds) },
      memoryMegabytes: Object.fromEntries(network.nodes.map(({ id, process: { pid } }) => [id, memory(pid)])),
    };
  });
}

function print(result) {
  const { scheme, slotSeconds, seconds, rounds, aborted, frames } = result;
  const { round, phases, finality, memoryMegabytes } = result;
  console.log(`${rounds.length} rounds, scheme ${scheme}, a block every ${slotSeconds} s`);
  console.log(`${fixed(seconds, 0)} s from the start of the nodes to the end of the study`);
  const same = result.roundsWithTheSameArtifactOnAllNodes;
  console.log(`the same artifact on all nodes in ${same} of ${rounds.length} rounds`);
  if (frames) console.log(`${frames.delivered} packets between the nodes, and ${frames.lost} lost`);
  for (const one of aborted) console.log(`an attempt of round ${one.round}: ${one.reason}`);
  const measured = Object.entries({ 'a round': round, ...phases });
  const rows = [
    ...measured.map(([what, { blocks }]) => [`blocks of ${what}`, blocks]),
    ...measured.map(([what, times]) => [`seconds of ${what}`, times.seconds]),
    ['blocks from best to final', finality.blocks],
    ['seconds from arrival to finality', finality.seconds],
  ].map(([what, values]) => [what, ...Object.values(values).map((value) => fixed(value, 1))]);
  console.log(table(['measured', 'least', 'median', 'greatest'], rows));
  const nodes = Object.entries(memoryMegabytes).map(([id, { now, greatest }]) => [
    id,
    fixed(now, 0),
    fixed(greatest, 0),
  ]);
  console.log(`\n${table(['node', 'MB now', 'MB at most'], nodes)}`);
  if (result.throughput) printThroughput(result.throughput);
}

function printThroughput({ ours, stock, ratio }) {
  const rows = [
    ['updates (commit_update)', ours],
    ['remarks of the stock template', stock],
  ]
    .filter(([, of]) => of)
    .map(([what, { transactionsPerSecond, perBlockMedian, blockSeconds, weightShare, blockBuildMs }]) => [
      what,
      fixed(transactionsPerSecond.fullBlocks, 0),
      fixed(perBlockMedian, 0),
      fixed(blockSeconds, 1),
      fixed(weightShare * 100, 0),
      fixed(blockBuildMs, 0),
    ]);
  const columns = ['transactions', 'a second', 'a block', 'seconds', '% of weight', 'ms to build'];
  console.log(`\n${table(columns, rows)}`);
  if (ratio !== null) console.log(`\nratio ${fixed(ratio, 2)}`);
}

await run(program, async (values) => {
  const namespaces = await namespacesFor(values);
  try {
    const binaries = values.binaries ?? (await buildBinaries());
    return await withFolder('benchmark', async (folder) => {
      const network = await Network.create(join(folder, 'network'), binaries, namespaces, {
        slotDuration: values.slot,
      });
      const rounds = { ...(await measure(network, values)), frames: await namespaces?.stats() };
      await network.stop();
      const isWanted = values.throughput || values.stock;
      const throughput =
        isWanted && (await measureThroughput({ binaries, stock: values.stock, folder, slot: values.slot }));
      const result = throughput ? { ...rounds, throughput } : rounds;
      if (values.json) console.log(JSON.stringify(result, null, 2));
      else print(result);
    });
  } finally {
    await namespaces?.close();
  }
});
