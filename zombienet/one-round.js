// Opens a study of one round, which the compute nodes aggregate, and watches it to its end. Returns the
// number of nodes that have its model; fails with the message of a script.

const { execFile } = require('node:child_process');
const { join } = require('node:path');
const { promisify } = require('node:util');

const SCRIPTS = join(__dirname, '..', 'scripts', 'polkadot-js');
const PARTIES = ['Eve Computing', 'Ferdie Computing', 'One Computing', 'Two Computing'];

/** Runs a script with these options, of which some are repeated, and some have no value. */
async function script(name, options) {
  const args = Object.entries(options).flatMap(([key, values]) =>
    [values].flat().flatMap((value) => (value === true ? [`--${key}`] : [`--${key}`, value])),
  );
  const { stdout } = await promisify(execFile)(process.execPath, [join(SCRIPTS, `${name}.mjs`), ...args]);
  return stdout.trim();
}

exports.run = async (nodeName, { nodesByName }) => {
  const { SCHEMA_HASH, FEATURES, CLASSES, ROOT_SET, BLOB_STORE } = process.env;
  const alice = { dev: 'Alice', node: nodesByName[nodeName].wsUri, 'print-id': true };
  const agreement = await script('propose-agreement', { ...alice, document: __filename });
  await script('sign-agreement', { agreement, dev: ['Bob', 'Charlie', 'Dave'], node: alice.node });
  const records = { 'schema-hash': SCHEMA_HASH, features: FEATURES, classes: CLASSES };
  const committee = { party: PARTIES, root: ROOT_SET, 'blob-store': BLOB_STORE };
  // There are no key management entities here.
  const suite = { 'weakest-suite': 'ml-kem-768' };
  const study = await script('open-study', {
    ...alice,
    agreement,
    rounds: '1',
    ...records,
    ...committee,
    ...suite,
  });
  const node = Object.values(nodesByName).map(({ wsUri }) => wsUri);
  const watched = await script('watch-rounds', { study, node });
  console.log(watched);
  return Number(/the same on (\d+) of \1 nodes/.exec(watched)[1]);
};
