// The members of a development network, as folders: keys, records and hospital.toml.

import { copyFileSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'smol-toml';
import { execute } from './execute.mjs';
import { prepareKmes, quantumTable } from './kmes.mjs';

/** Root of the repository. */
export const REPOSITORY = fileURLToPath(new URL('../../..', import.meta.url));

/** The hospitals of the runtime's presets `local_testnet` and `committee_testnet`. */
export const HOSPITALS = [
  { id: 'alice', dev: 'Alice', name: 'Alice General Hospital', saeId: 'sae-alice' },
  { id: 'bob', dev: 'Bob', name: 'Bob University Clinic', saeId: 'sae-bob' },
  { id: 'charlie', dev: 'Charlie', name: 'Charlie Heart Centre', saeId: 'sae-charlie' },
  { id: 'dave', dev: 'Dave', name: 'Dave Veterans Hospital', saeId: 'sae-dave' },
];

/** The members of the preset `committee_testnet` that only compute. */
export const COMPUTE_NODES = [
  { id: 'eve', dev: 'Eve', name: 'Eve Computing', saeId: 'sae-eve' },
  { id: 'ferdie', dev: 'Ferdie', name: 'Ferdie Computing', saeId: 'sae-ferdie' },
  { id: 'one', dev: 'One', name: 'One Computing', saeId: 'sae-one' },
  { id: 'two', dev: 'Two', name: 'Two Computing', saeId: 'sae-two' },
];

/** Divides records without a split file, as the simulator does. */
const TEST_FRACTION = 0.3;
const SPLIT_SEED = 0;

const HEART_DISEASE = ['cleveland', 'hungarian', 'switzerland', 'va'].map(
  (place) => `processed.${place}.data`,
);
const HEART_DISEASE_SCHEMA = join(REPOSITORY, 'offchain/training/schemas/heart-disease.toml');
const FLAMBY_SPLIT = 'flamby-split.csv';

/** Beside the hospitals' CSV files: records for a root set. */
const ROOT_RECORDS = 'root.csv';

/** The root set beside made-up records, as the simulator names it. */
const ROOT_SET = 'root-set.bin';

/** File of the hospital `id` under the network's folder. */
export const configurationFile = (folder, id) => join(folder, 'hospitals', id, 'hospital.toml');

/** The folder of made-up records. */
export const recordsFolder = (folder) => join(folder, 'records');

/** A CSV file, with its extension in any case. */
const CSV = /\.csv$/i;
const lowerCsv = (name) => name.replace(CSV, '.csv');

/** The store that the hospitals of a network share. */
export const blobFolder = (folder) => join(folder, 'blobs');

/**
 * Makes keys, records and configuration of the four hospitals in `folder`, which must be empty or not exist.
 *
 * @param {{ node: string, simulator: string, kme: string }} binaries
 * @param {{ data?: string, computeNodes?: boolean, quantum?: object }} options a folder with records (by
 *   default they are made up); whether there are also the members that only compute; the key management
 *   entities as `prepareKmes` takes them, or none
 * @returns {{ schemaHash: string, features: number, classes: number, root: string | null, kmes: object[] }}
 *   what a study needs to know, `root` being the file of a root set, and the KMEs
 */
export function prepareHospitals(folder, binaries, { data, computeNodes = false, quantum = null } = {}) {
  mkdirSync(folder, { recursive: true });
  if (readdirSync(folder).length > 0)
    throw new Error(`${folder} is not empty; choose another folder, or remove it`);
  const records = data ? resolve(data) : makeUpRecords(folder, binaries.simulator);
  const sources = findRecords(records);
  const root = makeRootSet(records, folder, binaries.simulator);
  mkdirSync(blobFolder(folder), { mode: 0o700 });
  const members = computeNodes ? [...HOSPITALS, ...COMPUTE_NODES] : HOSPITALS;
  const kmes = quantum ? prepareKmes(folder, binaries.kme, members, quantum) : [];
  const files = members.map((member, index) => {
    const qkd = quantum && quantumTable(folder, members, quantum.ports, member);
    return prepareMember(folder, binaries.node, member, { source: sources[index] ?? null, qkd });
  });
  const checks = files.slice(0, HOSPITALS.length).map((file) => checkHospital(binaries.node, file));
  return { ...checks[0], root, kmes };
}

/**
 * Makes the folder of a member, with the source of its records, if any, and the table `qkd`, if it has a KME.
 */
function prepareMember(folder, node, { id, name, saeId }, { source, qkd }) {
  const home = join(folder, 'hospitals', id);
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const identity = ['--dev', id, '--name', name, '--sae-id', saeId];
  execute(node, ['hospital', 'keys', 'generate', '--out', join(home, 'keys'), ...identity]);
  const file = configurationFile(folder, id);
  const records = source && recordsTable(home, source);
  writeFileSync(file, configuration({ name, records, blobs: blobFolder(folder), qkd }));
  return file;
}

/** The table `records` of a hospital.toml. */
function recordsTable(home, source) {
  const schema = join(home, 'schema.toml');
  copyFileSync(source.schema, schema);
  const split = source.split
    ? { split_file: source.split.file, split_center: source.split.center }
    : { test_fraction: TEST_FRACTION, split_seed: SPLIT_SEED };
  return { file: source.file, schema, ...split };
}

/** The text of a hospital.toml, without records for a node that only computes. */
export const configuration = ({ name, records, blobs, qkd }) =>
  stringify({
    name,
    keys: { account: 'keys/account.key', ml_dsa_65: 'keys/ml-dsa-65.key', ml_kem_768: 'keys/ml-kem-768.key' },
    ...(records && { records }),
    blobs: { store: blobs },
    ...(qkd && { qkd }),
  });

/** Lets the node check a configuration, and returns what a study needs to know of the records. */
function checkHospital(node, file) {
  const { records } = JSON.parse(execute(node, ['hospital', 'check', '--hospital', file, '--json']));
  const { schemaHash, features, classes } = records;
  return { schemaHash, features, classes };
}

/** Where the records of the four hospitals are: UCI heart disease, or one CSV each beside a schema. */
export function findRecords(data) {
  if (!existsSync(data)) throw new Error(`--data ${data}: there is no such folder`);
  if (!statSync(data).isDirectory())
    throw new Error(`--data ${data}: this is a file; give the folder that has it`);
  const schema = join(data, 'schema.toml');
  if (existsSync(join(data, HEART_DISEASE[0]))) {
    const split = join(data, FLAMBY_SPLIT);
    return HEART_DISEASE.map((name, center) => {
      const file = join(data, name);
      if (!existsSync(file))
        throw new Error(`--data ${data}: ${name} is missing, one of ${HEART_DISEASE.join(', ')}`);
      const own = existsSync(schema) ? schema : HEART_DISEASE_SCHEMA;
      return { file, schema: own, split: existsSync(split) ? { file: split, center } : null };
    });
  }
  if (!existsSync(schema)) {
    throw new Error(
      `--data ${data}: expected schema.toml and one CSV file for each of the ` +
        `${HOSPITALS.length} hospitals, or the UCI heart disease files (${HEART_DISEASE[0]} and so on)`,
    );
  }
  const all = readdirSync(data).filter((name) => CSV.test(name));
  const twice = all.find((name) => !name.endsWith('.csv') && all.includes(lowerCsv(name)));
  if (twice)
    throw new Error(`--data ${data}: there are ${twice} and ${lowerCsv(twice)}; rename or remove one`);
  const files = all.filter((name) => ![FLAMBY_SPLIT, ROOT_RECORDS].includes(lowerCsv(name))).sort();
  if (files.length !== HOSPITALS.length) {
    const found = `found ${files.length} CSV files; expected ${HOSPITALS.length}, one for each hospital`;
    throw new Error(`--data ${data}: ${found}`);
  }
  return files.map((name) => ({ file: join(data, name), schema, split: null }));
}

function makeUpRecords(folder, simulator) {
  const out = recordsFolder(folder);
  execute(simulator, ['generate', '--out', out, '--hospitals', String(HOSPITALS.length), '--seed', '1']);
  return out;
}

/** The file of a root set for these records, which is made if it is missing; null without records for one. */
function makeRootSet(records, folder, simulator) {
  const there = join(records, ROOT_SET);
  if (existsSync(there)) return there;
  const rows = readdirSync(records).find((name) => lowerCsv(name) === ROOT_RECORDS);
  const hasUnused = existsSync(join(records, HEART_DISEASE[0]));
  if (!hasUnused && rows === undefined) return null;
  const out = join(folder, ROOT_SET);
  // The rows of UCI heart disease with a missing value, which are used neither for training nor for tests.
  execute(simulator, [
    'root-set',
    '--data',
    records,
    ...(hasUnused ? [] : ['--csv', join(records, rows)]),
    '--out',
    out,
  ]);
  return out;
}
