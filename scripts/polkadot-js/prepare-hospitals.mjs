#!/usr/bin/env node
// Makes the folders of a development network's hospitals.

import { resolve } from 'node:path';
import { integer, readCommandLine, run, UsageError } from './lib/arguments.mjs';
import { prepareHospitals } from './lib/hospitals.mjs';

const usage = `
Makes the folders of a development network's four hospitals: well-known keys, records, hospital.toml. Prints schema hash,
features, classes and the file of a root set ("-" when there is none), as open-study.mjs takes them.

Usage: prepare-hospitals.mjs --dir DIR --binaries DIR [options]

  --dir DIR              folder to make
  --binaries DIR         folder of consilium-node and consilium-simulator
  --data DIR             records: the UCI heart disease files, or schema.toml and four CSV files; and for a root set
                         root.csv or, of heart disease, the rows with a missing value (default: made-up records)
  --records-seed N       seed of made-up records (default 1)
  --compute-nodes        also make the folders of four members without records, which only compute
`;

const options = {
  dir: { type: 'string' },
  binaries: { type: 'string' },
  data: { type: 'string' },
  'records-seed': { type: 'string', parse: integer(), default: 1 },
  'compute-nodes': { type: 'boolean' },
};

await run(() => {
  const { values } = readCommandLine({ usage, options });
  if (!values.dir || !values.binaries) throw new UsageError('--dir DIR and --binaries DIR are needed; see --help');
  const binaries = {
    node: resolve(values.binaries, 'consilium-node'),
    simulator: resolve(values.binaries, 'consilium-simulator'),
  };
  const { schemaHash, features, classes, root } = prepareHospitals(resolve(values.dir), binaries, values);
  console.log(`${schemaHash} ${features} ${classes} ${root ?? '-'}`);
});
