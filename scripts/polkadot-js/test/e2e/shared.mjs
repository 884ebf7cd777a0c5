// One network for all end-to-end tests, and what they do with it again and again.

import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import {
  findEvent,
  proposeAgreement as propose,
  readRound,
  readStudy,
  roundStatus,
  signAgreement,
  studyStatus,
  submit,
  submitAll,
  until,
} from '@consilium/client';
import { blobFolder, HOSPITALS } from '../../lib/hospitals.mjs';
import { Network } from '../../lib/network.mjs';
import { specsOf } from '../../lib/opening.mjs';
import { developmentSigner } from '../../lib/signers.mjs';
import { describeStudy } from '../../lib/study-file.mjs';

const SCRIPTS = fileURLToPath(new URL('../..', import.meta.url));

/** Runs a script as a person would. @returns {Promise<{ code: number, stdout: string, stderr: string }>} */
export async function script(name, ...args) {
  try {
    return {
      code: 0,
      ...(await promisify(execFile)(process.execPath, [join(SCRIPTS, `${name}.mjs`), ...args])),
    };
  } catch (error) {
    return { code: error.code, stdout: error.stdout, stderr: error.stderr };
  }
}

/** What tests wait for when they send a transaction. */
export const IN_BLOCK = { until: 'in-block' };

/** Seconds for something that takes the chain a few blocks. */
export const SOON = 60;

/** Seconds for a few rounds. */
export const LATER = 180;

let starting = null;

/** The network of all tests, started at its first use. */
export function network() {
  starting ??= (async () => {
    const { E2E_FOLDER: folder, E2E_BINARIES: binaries } = process.env;
    if (!folder || !binaries)
      throw new Error('E2E_FOLDER and E2E_BINARIES are not set; run scripts/test-e2e.sh');
    const started = await Network.create(folder, binaries);
    await started.start();
    return started;
  })();
  return starting;
}

/** The accounts of the four hospitals, in the order of alice, bob, charlie, dave. */
export const signers = () => Promise.all(HOSPITALS.map(({ dev }) => developmentSigner(dev)));

let agreement = null;

/** An active agreement of all four hospitals, the same for all tests. */
export function activeAgreement(chain) {
  agreement ??= (async () => {
    const all = await signers();
    const id = await proposeAgreement(chain, all[0], all);
    const sign = (signer) => signAgreement(chain, id, signer, IN_BLOCK);
    await Promise.all(all.slice(1).map(sign));
    return id;
  })();
  return agreement;
}

/** Proposes an agreement; only the proposer has signed it. @returns {Promise<number>} its id */
export function proposeAgreement(chain, proposer, parties) {
  const accounts = parties.map(({ address }) => address);
  const terms = { purpose: 'test', document: `0x${'11'.repeat(32)}`, parties: accounts, expiresAt: null };
  return propose(chain, terms, proposer, IN_BLOCK);
}

/**
 * The call that opens a short study of all four hospitals, plain or with a committee of `parties`, by default
 * the hospitals, and the network's root set. `changes` are options of open-study.mjs. Hospitals seal shares
 * as well as they can; members of tests need not.
 */
export async function studyCall(chain, { parties, seed = 1, ...changes } = {}) {
  const { folder, study } = await network();
  const { root, schemaHash, features, classes } = study;
  const given = {
    ...{ scheme: 'plain', schemaHash, features, classes, updates: 20, rounds: 1 },
    agreement: changes.agreement ?? (await activeAgreement(chain)),
    hospital: (await signers()).map(({ address }) => address),
    ...changes,
  };
  if (given.scheme === 'committee') {
    Object.assign(given, { party: parties, weakestSuite: changes.weakestSuite ?? 'plain' });
    if (given.direction !== 'off') Object.assign(given, { root, blobStore: blobFolder(folder) });
  }
  const [spec] = await specsOf(chain, describeStudy(given), [seed]);
  return chain.api.tx.rounds.openStudy(spec);
}

/** Opens such a study. @returns {Promise<number>} its id */
export async function openStudy(chain, changes) {
  const [alice] = await signers();
  const { events } = await submit(chain.api, await studyCall(chain, changes), alice, IN_BLOCK);
  return findEvent(events, 'rounds.StudyOpened').data.study.toNumber();
}

/** Opens several at the same time. @returns {Promise<number[]>} their ids */
export async function openStudies(chain, all) {
  const [alice] = await signers();
  const calls = await Promise.all(all.map((changes) => studyCall(chain, changes)));
  const results = await submitAll(chain.api, calls, alice, IN_BLOCK);
  return results.map(({ events }) => findEvent(events, 'rounds.StudyOpened').data.study.toNumber());
}

/** What is seen on the chain, and the status of the nodes. */
async function seen(words) {
  return `${words}; ${await (await network()).status()}`;
}

/** The development name of an account of the four hospitals. */
async function nameOf() {
  const names = new Map((await signers()).map(({ address }, index) => [address, HOSPITALS[index].dev]));
  return (account) => names.get(account) ?? account;
}

/** Waits until the round meets the condition `wanted`, and returns it. */
export function roundWhere(chain, study, round, what, wanted) {
  let last = null;
  const probe = async () => {
    last = await readRound(chain, study, round);
    return last && wanted(last) ? last : null;
  };
  const lastSeen = async () => seen(roundStatus(last, await nameOf()));
  return until(`round ${round} of study ${study}: ${what}`, SOON, probe, lastSeen);
}

/** Waits until the study has finalised its last round, and returns it. */
export function completed(chain, study) {
  let last = null;
  const probe = async () => {
    last = await readStudy(chain, study);
    return last?.status.kind === 'Completed' ? last : null;
  };
  const lastSeen = async () => {
    const round = last && (await readRound(chain, study, last.currentRound));
    return seen(`${studyStatus(last)}; ${roundStatus(round, await nameOf())}`);
  };
  return until(`study ${study} to be completed`, LATER, probe, lastSeen);
}

/** Height of the newest final block, as a node sees it. */
export async function finalHeight({ api }) {
  return (await api.rpc.chain.getHeader(await api.rpc.chain.getFinalizedHead())).number.toNumber();
}

/** Waits until two more blocks are final. */
export async function chainGoesOn(chain) {
  const height = await finalHeight(chain);
  const probe = async () => (await finalHeight(chain)) >= height + 2;
  await until(`more blocks to be final after block ${height}`, SOON, probe, async () =>
    (await network()).status(),
  );
}

/** The commitment of a hospital to a round, as the chain has it. */
export async function commitmentOf(chain, study, round, account) {
  const { commitments } = await readRound(chain, study, round);
  const found = commitments.find(({ hospital }) => hospital === account);
  if (!found) throw new Error(`${account} has not committed to round ${round} of study ${study}`);
  return found;
}

/** The file of a blob in the hospitals' store, by the SHA-256 of its bytes. */
export async function blobFile(hash) {
  const { folder } = await network();
  const store = blobFolder(folder);
  const files = readdirSync(store, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
  const found = files.find(
    (file) => `0x${createHash('sha256').update(readFileSync(file)).digest('hex')}` === hash,
  );
  if (!found) throw new Error(`no blob in ${store} has the hash ${hash}`);
  return found;
}
