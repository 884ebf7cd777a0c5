#!/usr/bin/env node
// Four hospitals train a model together on this machine, and a committee aggregates: builds, starts them
// under zombienet, opens the agreement and the study, and shows each round.

import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as client from '@consilium/client';
import { binariesOption, command, integer, option, range, run, UsageError } from './lib/arguments.mjs';
import { referenceOf } from './lib/blobs.mjs';
import { withChain } from './lib/connect.mjs';
import { buildBinaries, membersOf, prepareDevnet, say, ZOMBIENET } from './lib/devnet.mjs';
import { blobFolder, COMPUTE_NODES, findRecords, recordsFolder, REPOSITORY } from './lib/hospitals.mjs';
import { Kme, PORTS_OF_A_KME, topologyLinks } from './lib/kmes.mjs';
import { specsOf } from './lib/opening.mjs';
import { freePorts, isFree } from './lib/ports.mjs';
import { logTail, otherProcess, Program, stopAll, whileRunning } from './lib/processes.mjs';
import { developmentSigner } from './lib/signers.mjs';
import { describeStudy } from './lib/study-file.mjs';

const STATE = process.env.XDG_STATE_HOME ?? join(homedir(), '.local/state');
const SHOWN = '~/.local/state/consilium/devnet-<time>';
const TIME = new Date().toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-');

const program = command(
  `Four hospitals train a model together on this machine. What each of them learns is secret-shared: a
  committee, by default the hospitals themselves, checks and sums it without seeing it. The set-up is part
  of it: on Debian or Ubuntu it installs what is missing. CARGO_TARGET_DIR is the folder of the build
  (default: ~/.cache/consilium/target).`,
  [
    option('--rounds <N>', 'rounds to finalise', integer(1, 999_999), 15),
    option(
      '--exit-when-done',
      'end the network after the last round (default: leave it running until Ctrl-C)',
    ),
    option(
      '--data <DIR>',
      `records: the UCI heart disease files (with FLamby's flamby-split.csv, if it is there), or schema.toml
      and four CSV files, each with NAME.format.toml if it is written in its own way, and root.csv for a root
      set (default: made-up records)`,
    ),
    option(
      '--scheme <NAME>',
      'with plain, every hospital reads all updates',
      ['committee', 'plain'],
      'committee',
    ),
    option('--compute-nodes', 'the committee is four more nodes, which have no records'),
    option(
      '--quantum <NAME>',
      `simulated quantum links between the members' key management entities: a star around Alice, a ring, or
      none; without, shares are sealed with ML-KEM-768 alone`,
      ['star', 'ring', 'none'],
      'star',
    ),
    option(
      '--eavesdrop <A-B>',
      `an eavesdropper on the quantum link between these two, for example alice-bob, from the start until an
      attempt of the first round has failed`,
    ),
    option(
      '--clip <X>',
      `L2 norm that a hospital scales its update down to, and above which an update does not count (default:
      0.5 with a committee, above the norms of honest updates on made-up records; 0.3 is their median on the
      heart disease records)`,
    ),
    option(
      '--direction <NAME>',
      `use of an update's angle to the root update, which the committee trains on the root set (default:
      exclude, without a root set off)`,
      ['exclude', 'weight', 'off'],
    ),
    option('--seed, --seeds <A-B>', 'seed of the first model and of the order of records', range, [42], '42'),
    option('--learning-rate <X>', 'step size at the hospitals', undefined, '0.01', '0.01'),
    option('--dir <DIR>', 'folder of the network', undefined, join(STATE, `consilium/devnet-${TIME}`), SHOWN),
    option(
      '--rpc-port <N>',
      'JSON-RPC port of the first hospital, before those of the others',
      integer(1),
      9944,
    ),
    binariesOption(),
  ],
);

const SECONDS_TO_START = 180;

const DOCUMENT = `The hospitals of this development network train models together. Records stay at their
hospital; updates of models leave it. This text stands for the contract that real hospitals would sign.
`;

/** The links of the KMEs, or null for none. */
async function quantumOf({ scheme, quantum: topology, eavesdrop }, members) {
  if (topology === 'none' || scheme === 'plain') {
    if (eavesdrop)
      throw new UsageError('--eavesdrop needs quantum links; omit --quantum none and --scheme plain');
    return null;
  }
  const ids = members.map(({ id }) => id);
  const links = topologyLinks(ids, topology);
  const eavesdropped = eavesdrop?.split('-') ?? null;
  if (eavesdrop && !links.some((ends) => ends.every((end) => eavesdropped.includes(end)))) {
    const all = links.map((ends) => ends.join('-')).join(', ');
    throw new UsageError(`--eavesdrop ${eavesdrop}: there is no such link; there are ${all}`);
  }
  return { topology, eavesdropped, ports: await freePorts(ids.length * PORTS_OF_A_KME) };
}

/** The processes of the network that must not end before it is stopped: their names, and their programs. */
const needed = [];

/** The value of a promise; an error when the network ends before. */
const guarded = (promise) => whileRunning(needed, promise);

function startKmes(folder, binary, places, topology) {
  say(`Starting ${places.length} KMEs with simulated quantum links, ${topology} (logs: ${folder}/kmes)`);
  for (const place of places) {
    const kme = new Kme(folder, binary, place, true);
    kme.start();
    needed.push([`the key management entity ${place.kme}`, kme]);
  }
}

async function startNetwork(folder, network, env, urls) {
  const logFile = join(folder, 'zombienet.log');
  say(`Starting ${urls.length} nodes under zombienet (log: ${logFile})`);
  const zombienet = new Program(ZOMBIENET, { logFile, group: true });
  const file = join(REPOSITORY, `zombienet/${network}.toml`);
  zombienet.start(['-p', 'native', '-l', 'text', '-d', join(folder, 'network'), '-f', 'spawn', file], {
    env,
  });
  needed.push(['zombienet', zombienet]);
  const state = join(folder, 'network/zombie.json');
  const parsed = () => existsSync(state) && JSON.parse(readFileSync(state, 'utf8')).client.processMap;
  const nodes = await guarded(client.until('zombienet to start the nodes', SECONDS_TO_START, parsed));
  for (const [name, { pid }] of Object.entries(nodes)) {
    if (pid) needed.push([`the node of ${name}`, otherProcess(pid, join(folder, `network/${name}.log`))]);
  }
  const final = async ({ rpc }) =>
    Number((await rpc('chain_getHeader', await rpc('chain_getFinalizedHead'))).number);
  const isReady = (url) => async () => (await withChain(url, final)) > 0;
  const ready = urls.map((url) => client.until(`${url} to finalise a block`, SECONDS_TO_START, isReady(url)));
  await guarded(Promise.all(ready));
}

/**
 * Runs one of the scripts, or another program; it must succeed. Its output goes to the terminal, or into a
 * file.
 */
async function script(name, args, { logFile, binary, cwd } = {}) {
  const file = fileURLToPath(new URL(`${name}.mjs`, import.meta.url));
  const started = new Program(binary ?? process.execPath, { logFile });
  const code = await guarded(started.run(binary ? args : [file, ...args], { cwd }));
  if (code === 0) return;
  for (const [what, one] of needed) console.error(`\n--- ${what}\n${one.logTail()}`);
  throw new Error(
    `${name} failed; see its message ${logFile ? `in ${logFile}` : 'above'}, and the ends of the logs`,
  );
}

/** Opens the agreement and the studies. @returns {Promise<number[]>} the studies */
async function openStudies(chain, { values, folder, study, quantum }) {
  say('Opening the agreement and the study');
  const [alice, ...others] = await Promise.all(['Alice', 'Bob', 'Charlie', 'Dave'].map(developmentSigner));
  const parties = client.trainers(await client.readMembers(chain)).map(({ account }) => account);
  const document = referenceOf(Buffer.from(DOCUMENT)).hash;
  const terms = {
    purpose: 'Training a model; records stay at their hospital',
    document,
    parties,
    expiresAt: null,
  };
  const agreement = await client.proposeAgreement(chain, terms, alice);
  await Promise.all(others.map((signer) => client.signAgreement(chain, agreement, signer)));
  const { schemaHash, features, classes, root } = study;
  const { rounds, seeds, learningRate, scheme, clip } = values;
  const description = describeStudy({
    ...{ title: 'Devnet', agreement, schemaHash, features, classes, rounds, learningRate, scheme },
    clip: clip ?? (scheme === 'committee' ? 0.5 : undefined),
    ...(scheme === 'committee' && {
      weakestSuite: quantum ? undefined : 'ml-kem-768',
      direction: root ? values.direction : 'off',
      ...(root && values.direction !== 'off' && { root, blobStore: blobFolder(folder) }),
      party: values.computeNodes ? COMPUTE_NODES.map(({ name }) => name) : undefined,
    }),
  });
  const studies = await client.openStudies(chain, await specsOf(chain, description, seeds), alice);
  const seed = seeds.length > 1 ? `${seeds[0]}-${seeds.at(-1)}` : seeds[0];
  const numbers = `${rounds} rounds, seed ${seed}, learning rate ${learningRate}, scheme ${scheme}`;
  say(`Study ${studies.join(' ')} under agreement ${agreement}: ${numbers}`);
  if (scheme === 'committee' && !root) {
    say(
      'There are no records for a root set (root.csv): the committee does not check the direction of updates',
    );
  }
  return studies;
}

/** Trains, and shows everything that there is to see. */
async function train(context) {
  const { values, folder, binaries, urls, quantum } = context;
  const connected = (action) => guarded(withChain(urls[0], action));
  const studies = await connected((chain) => openStudies(chain, context));
  const ids = studies.flatMap((study) => ['--study', String(study)]);
  const node = ['--node', urls[0]];
  const kmes = ['--kmes', join(folder, 'kmes.json')];
  console.log();
  if (values.eavesdrop) {
    say(`There is an eavesdropper on the quantum link ${values.eavesdrop}`);
    await script('lift-eavesdropper', [...kmes, '--link', values.eavesdrop, ...ids.slice(0, 2), ...node]);
    console.log();
  }
  await script('watch-rounds', [...ids, ...urls.flatMap((url) => ['--node', url])]);
  const read = (chain) => Promise.all(studies.map((id) => client.readStudy(chain, id)));
  const models = (await connected(read)).map(({ artifact }) => client.cidOf(artifact));
  console.log('\nThe last models on the pooled test set (consilium-simulator evaluate):\n');
  const records = values.data === undefined ? recordsFolder(folder) : resolve(values.data);
  const simulator = { binary: join(binaries, 'consilium-simulator'), cwd: blobFolder(folder) };
  await script('consilium-simulator', ['evaluate', '--data', records, '--parameters', ...models], simulator);
  console.log();
  if (quantum) await script('list-links', kmes);
  await script('print-sealing', [...ids, ...node]);
  const logFile = join(folder, `audit-study-${studies[0]}.txt`);
  await script('print-audit-trail', [`study/${studies[0]}`, ...node], { logFile });
  console.log(`\naudit trail of study ${studies[0]}: ${logTail(logFile, 1)}

polkadot.js Apps   https://polkadot.js.org/apps/?rpc=${encodeURIComponent(urls[0])}
audit records      ${logFile}
blob folder        ${blobFolder(folder)}
logs               ${folder}/network/{${context.members.map(({ id }) => id)}}.log`);
}

await run(program, async (values) => {
  const begin = Date.now();
  // Before the build, which may take long.
  if (values.data !== undefined) findRecords(resolve(values.data));
  const members = membersOf(values.computeNodes);
  const quantum = await quantumOf(values, members);
  if (values.scheme === 'plain' && values.computeNodes) {
    throw new UsageError('--compute-nodes are a committee, which --scheme plain does not have');
  }
  const ports = members.map((_, index) => values.rpcPort + index);
  for (const port of ports) {
    if (!(await isFree(port)))
      throw new Error(`port ${port} is taken; free it, or choose others with --rpc-port`);
  }
  const urls = ports.map((port) => `ws://127.0.0.1:${port}`);
  const folder = resolve(values.dir);
  try {
    const binaries = values.binaries ? resolve(values.binaries) : await buildBinaries();
    const { study, env } = prepareDevnet(folder, binaries, ports, { ...values, quantum });
    if (quantum) startKmes(folder, join(binaries, 'consilium-kme'), study.kmes, values.quantum);
    await startNetwork(folder, values.computeNodes ? 'committee' : 'local', env, urls);
    await train({ values, folder, binaries, urls, quantum, members, study });
    const seconds = Math.round((Date.now() - begin) / 1000);
    console.log(`time               ${Math.floor(seconds / 60)} min ${seconds % 60} s`);
    if (!values.exitWhenDone) {
      console.log('\nThe network is left running; Ctrl-C ends it.');
      await guarded(new Promise(() => {}));
    }
  } finally {
    if (needed.length > 0) say('Ending the network');
    await stopAll();
  }
});
