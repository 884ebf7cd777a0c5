// Opens a study of one round, which the compute nodes aggregate, and watches it to its end. Returns how many
// nodes have its model; fails with what a script says.

const { execFile } = require('node:child_process');
const { join } = require('node:path');
const { promisify } = require('node:util');

const SCRIPTS = join(__dirname, '..', 'scripts', 'polkadot-js');
const PARTIES = ['Eve Computing', 'Ferdie Computing', 'One Computing', 'Two Computing'];

exports.run = async (nodeName, { nodesByName }) => {
  const { SCHEMA_HASH, FEATURES, CLASSES, ROOT_SET, BLOB_STORE } = process.env;
  const node = ['--node', nodesByName[nodeName].wsUri];
  const script = async (name, ...args) =>
    (await promisify(execFile)(process.execPath, [join(SCRIPTS, `${name}.mjs`), ...args])).stdout.trim();

  const agreement = await script(
    'propose-agreement',
    '--dev',
    'Alice',
    '--document',
    __filename,
    '--print-id',
    ...node,
  );
  await script(
    'sign-agreement',
    '--agreement',
    agreement,
    '--dev',
    'Bob',
    '--dev',
    'Charlie',
    '--dev',
    'Dave',
    ...node,
  );
  const study = await script(
    ...[
      'open-study',
      '--dev',
      'Alice',
      '--agreement',
      agreement,
      '--schema-hash',
      SCHEMA_HASH,
      '--features',
      FEATURES,
    ],
    ...[
      '--classes',
      CLASSES,
      '--rounds',
      '1',
      '--root',
      ROOT_SET,
      '--blob-store',
      BLOB_STORE,
      '--print-id',
      ...node,
    ],
    ...PARTIES.flatMap((party) => ['--party', party]),
    // There are no key management entities here.
    ...['--weakest-suite', 'ml-kem-768'],
  );
  const all = Object.values(nodesByName).flatMap(({ wsUri }) => ['--node', wsUri]);
  const watched = await script('watch-rounds', '--study', study, ...all);
  console.log(watched);
  return Number(/the same on (\d+) of \1 nodes/.exec(watched)[1]);
};
