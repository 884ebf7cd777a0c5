#!/usr/bin/env node
// Makes the folders of a development network's hospitals.

import { join, resolve } from 'node:path';
import { writeFileSync } from 'node:fs';
import { integer, oneOf, readCommandLine, run, UsageError } from './lib/arguments.mjs';
import { COMPUTE_NODES, HOSPITALS, prepareHospitals } from './lib/hospitals.mjs';
import { PORTS_OF_A_KME, topologyLinks } from './lib/kmes.mjs';
import { freePorts } from './lib/ports.mjs';

const usage = `
Makes the folders of a development network's four hospitals: well-known keys, records, hospital.toml. Prints schema hash,
features, classes and the file of a root set ("-" when there is none), as open-study.mjs takes them.

Usage: prepare-hospitals.mjs --dir DIR --binaries DIR [options]

  --dir DIR              folder to make
  --binaries DIR         folder of consilium-node and consilium-simulator
  --data DIR             records: the UCI heart disease files, or schema.toml and four CSV files; and for a root set
                         root.csv or, of heart disease, the rows with a missing value (default: made-up records)
  --records-seed N       seed of made-up records (default 1)
  --kmes star|ring       also make a key management entity for each member, with simulated quantum links in this topology,
                         on free ports; kmes.json says where they are
  --eavesdrop A-B        somebody listens on this link from the start, for example alice-bob
  --compute-nodes        also make the folders of four members without records, which only compute
`;

const options = {
  dir: { type: 'string' },
  binaries: { type: 'string' },
  data: { type: 'string' },
  'records-seed': { type: 'string', parse: integer(), default: 1 },
  'compute-nodes': { type: 'boolean' },
  kmes: { type: 'string', parse: oneOf('star', 'ring') },
  eavesdrop: { type: 'string', parse: link },
};

/** Two names, as in alice-bob. */
function link(text) {
  const ends = text.split('-');
  if (ends.length !== 2) throw new Error('expected the names of two neighbours such as alice-bob');
  return ends;
}

/** What the KMEs are made with. */
async function quantum({ kmes: topology, eavesdrop: eavesdropped = null, computeNodes }) {
  if (topology === undefined) return null;
  const ids = (computeNodes ? [...HOSPITALS, ...COMPUTE_NODES] : HOSPITALS).map(({ id }) => id);
  const links = topologyLinks(ids, topology);
  if (eavesdropped && !links.some((ends) => eavesdropped.every((end) => ends.includes(end)))) {
    const all = links.map((ends) => ends.join('-')).join(', ');
    throw new UsageError(`--eavesdrop ${eavesdropped.join('-')}: there is no such link; there are ${all}`);
  }
  return { topology, eavesdropped, ports: await freePorts(ids.length * PORTS_OF_A_KME) };
}

await run(async () => {
  const { values } = readCommandLine({ usage, options });
  if (!values.dir || !values.binaries)
    throw new UsageError('--dir DIR and --binaries DIR are needed; see --help');
  const binaries = {
    node: resolve(values.binaries, 'consilium-node'),
    simulator: resolve(values.binaries, 'consilium-simulator'),
    kme: resolve(values.binaries, 'consilium-kme'),
  };
  const folder = resolve(values.dir);
  const choices = { ...values, quantum: await quantum(values) };
  const { schemaHash, features, classes, root, kmes } = prepareHospitals(folder, binaries, choices);
  writeFileSync(join(folder, 'kmes.json'), JSON.stringify(kmes, null, 2));
  console.log(`${schemaHash} ${features} ${classes} ${root ?? '-'}`);
});
