// A development network under zombienet: shared by devnet.mjs and the zombienet tests.

import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { blobFolder, COMPUTE_NODES, HOSPITALS, prepareHospitals, REPOSITORY } from './hospitals.mjs';
import { Program } from './processes.mjs';

export const ZOMBIENET = join(REPOSITORY, 'node_modules/.bin/zombienet');

/** Reports what is being done. */
export const say = (text) => console.error(`==> ${text}`);

const BINARIES = ['node', 'simulator', 'kme'].map((name) => `consilium-${name}`);

/** What is built and, when a binary is missing in this folder, about how long that takes. */
export function buildNotice(binaries) {
  const isFirst = BINARIES.some((name) => !existsSync(join(binaries, name)));
  const time = ': the first build takes about 40 minutes on two cores, later ones a few minutes';
  return `Building the node, the simulator and the KME${isFirst ? time : ''}`;
}

/** Builds the binaries, with cargo's own progress. @returns {Promise<string>} their folder */
export async function buildBinaries() {
  const binaries = join(process.env.CARGO_TARGET_DIR ?? join(REPOSITORY, 'target'), 'release');
  say(buildNotice(binaries));
  const args = ['build', '--release', '--locked', '--workspace', '--bins'];
  const code = await new Program('cargo', { group: true }).run(args, { cwd: REPOSITORY });
  if (code !== 0) throw new Error("the build failed; see cargo's message above");
  return binaries;
}

/** The members of a development network: the hospitals and, on request, those that only compute. */
export const membersOf = (computeNodes) => (computeNodes ? [...HOSPITALS, ...COMPUTE_NODES] : HOSPITALS);

/**
 * Makes the members' folders.
 *
 * @param {string} folder
 * @param {string} binaries folder of the binaries
 * @param {number[]} ports for JSON-RPC, one for each member
 * @param {object} options of `prepareHospitals`
 * @returns {{ study: object, env: object }} what a study needs to know, and the variables of the files in
 *   zombienet/
 */
export function prepareDevnet(folder, binaries, ports, options) {
  // zombienet joins commands by spaces.
  if (!/^[A-Za-z0-9/._@+-]+$/.test(folder)) {
    throw new Error(`zombienet cannot handle the folder ${folder}; use only letters, digits and / . _ @ + -`);
  }
  say(`Preparing the hospitals in ${folder}`);
  const [node, simulator, kme] = ['node', 'simulator', 'kme'].map((name) =>
    join(binaries, `consilium-${name}`),
  );
  const study = prepareHospitals(folder, { node, simulator, kme }, options);
  writeFileSync(join(folder, 'kmes.json'), JSON.stringify(study.kmes, null, 2));
  const names = membersOf(options.computeNodes).map(({ id }) => `${id.toUpperCase()}_RPC_PORT`);
  const env = {
    CONSILIUM_NODE: node,
    CONSILIUM_HOSPITALS: join(folder, 'hospitals'),
    ...Object.fromEntries(names.map((name, index) => [name, String(ports[index])])),
    // For zombienet/one-round.js.
    ...{ SCHEMA_HASH: study.schemaHash, FEATURES: String(study.features), CLASSES: String(study.classes) },
    ...{ ROOT_SET: study.root ?? '-', BLOB_STORE: blobFolder(folder) },
  };
  return { study, env };
}
