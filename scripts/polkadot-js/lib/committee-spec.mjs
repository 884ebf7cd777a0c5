// The options of open-study.mjs that say how updates are aggregated, and the scheme they make.

import { camelCase, decimal, hash, integer, oneOf, UsageError } from './arguments.mjs';

const U32 = 2 ** 32 - 1;
const DEFAULT_CLIP = 1_000_000_000n;
const DEFAULT_STEP_BLOCKS = 10;

/** Most projections, as the chain has it (`MAX_PROJECTIONS` in consilium-primitives). */
const MAX_PROJECTIONS = 32;

/** Parameters of a model for each projection that is opened of its updates by default, and the most of them. */
const PARAMETERS_TO_A_PROJECTION = 16;
const DEFAULT_PROJECTIONS = 8;

/** The suites of consilium-primitives, `commitment.rs`, by the names of the option. */
const SUITES = { 'qkd-ml-kem-768': 'QkdMlKem768', 'ml-kem-768': 'MlKem768', plain: 'Plain' };

/** One option for each field of `Committee` in consilium-primitives, `committee/mod.rs`. */
export const committeeOptions = {
  scheme: { type: 'string', parse: oneOf('committee', 'plain'), default: 'committee' },
  party: { type: 'string', multiple: true },
  threshold: { type: 'string', parse: integer(1, U32) },
  field: { type: 'string', parse: oneOf('mersenne61', 'mersenne31') },
  clip: { type: 'string', parse: decimal },
  'norm-bound': { type: 'string', parse: decimal },
  direction: { type: 'string', parse: oneOf('off', 'exclude', 'weight') },
  tolerance: { type: 'string', parse: decimal },
  root: { type: 'string' },
  'blob-store': { type: 'string' },
  'root-hash': { type: 'string', parse: hash },
  'root-length': { type: 'string', parse: integer(1) },
  projections: { type: 'string', parse: integer(0, MAX_PROJECTIONS) },
  'weakest-suite': { type: 'string', parse: oneOf('qkd-ml-kem-768', 'ml-kem-768', 'plain') },
  'step-blocks': { type: 'string', parse: integer(1, U32) },
};

/** Their lines of help. */
export const committeeHelp = `Aggregation:
  --scheme committee|plain     committee: updates are secret-shared among compute parties, which check and sum them
                               without seeing them. plain: every hospital reads every update (default committee)
  --party NAME|ADDRESS         computes; repeat it, in order (default: the hospitals themselves)
  --threshold N                t: so many parties together learn nothing of an update. It takes 2t + 1 parties; with
                               3t + 1, t of them may lie or be silent (default: a third of the parties, at least 1)
  --field mersenne61|mersenne31   of the shares; the smaller halves their bytes and leaves room for few fractional
                               bits and examples (default mersenne61)
  --clip X                     L2 norm that a hospital scales its update down to (default 1); a larger one needs fewer
                               --fraction-bits
  --norm-bound X               L2 norm above which an update does not count (default: the clip)
  --direction off|exclude|weight   what follows from an update's angle to the root update, which the parties train on
                               a root set of public or made-up records: nothing; one that goes too far against it
                               does not count; and the others weigh by the cosine, those that point away by 1/256
                               (default: exclude with a root set, else off)
  --tolerance X                how far is too far: the length of the update's part against the root update. Towards the
                               end of training honest updates are short and may point away (default: half the clip)
  --root FILE --blob-store DIR    the root set, as consilium-simulator root-set writes it; it is put into the store
  --root-hash 0x... --root-length N   or its SHA-256 and bytes, when it is in the store already
  --projections N              random projections that are opened of each update, at most ${MAX_PROJECTIONS}. Each halves the chance
                               of an update that hides its norm by wrapping around the modulus, and tells everyone
                               one number more of every update (default: one for ${PARAMETERS_TO_A_PROJECTION} parameters, at most ${DEFAULT_PROJECTIONS})
  --weakest-suite qkd-ml-kem-768|ml-kem-768|plain   how shares must be sealed at least: under keys from quantum key
                               distribution and ML-KEM-768, so that every hospital needs a key management entity;
                               or ML-KEM-768 alone where no such key is to be had; or, for trials with made-up records,
                               not at all (default qkd-ml-kem-768)
  --step-blocks N              for each step of the committee (default 10)`;

/** Throws unless the options fit each other. */
export function ensureCommitteeOptions(values) {
  const given = Object.keys(committeeOptions).filter((name) => {
    const value = values[camelCase(name)];
    return name !== 'scheme' && value !== undefined && value.length !== 0;
  });
  if (values.scheme === 'plain' && given.length > 0) {
    throw new UsageError(
      `--${given[0]} is of --scheme committee, which --scheme plain excludes; leave one of the two out`,
    );
  }
  const { root, blobStore, rootHash, rootLength, direction, clip, normBound } = values;
  if (root !== undefined && (rootHash !== undefined || rootLength !== undefined)) {
    throw new UsageError(
      '--root reads hash and length from the file; leave --root-hash and --root-length out',
    );
  }
  if ((rootHash === undefined) !== (rootLength === undefined)) {
    throw new UsageError(
      '--root-hash and --root-length go together; give both, or --root FILE --blob-store DIR',
    );
  }
  if ((root === undefined) !== (blobStore === undefined)) {
    throw new UsageError(
      "--root FILE and --blob-store DIR go together: the hospitals' nodes look for the root set in their blob store",
    );
  }
  const hasRoot = root !== undefined || rootHash !== undefined;
  if (values.tolerance !== undefined && (direction === 'off' || !hasRoot)) {
    throw new UsageError(
      '--tolerance is of --direction exclude and weight, which need a root set; leave it out, or give --root',
    );
  }
  if (hasRoot && direction === 'off')
    throw new UsageError('--direction off uses no root set; leave one of the two out');
  if (!hasRoot && (direction === 'exclude' || direction === 'weight')) {
    throw new UsageError(
      `--direction ${direction} needs a root set: --root FILE --blob-store DIR, or --root-hash 0x... --root-length N`,
    );
  }
  if (clip === 0n) throw new UsageError('--clip 0: expected a number above 0');
  if (normBound !== undefined && normBound < (clip ?? DEFAULT_CLIP)) {
    throw new UsageError(
      '--norm-bound is below the clip, so that honest updates would not count; raise it, or lower --clip',
    );
  }
}

/**
 * The scheme as `rounds.openStudy` takes it.
 *
 * @param {object} values of {@link committeeOptions}
 * @param {string[]} parties accounts of the compute parties
 * @param {{ hash: string, length: number } | null} root the root set
 * @param {number} parameters of the model
 */
export function scheme(values, parties, root, parameters) {
  if (values.scheme === 'plain') return { Plain: null };
  const threshold = values.threshold ?? Math.max(1, Math.floor((parties.length - 1) / 3));
  if (parties.length < 2 * threshold + 1) {
    throw new UsageError(
      `a committee with the threshold ${threshold} has at least ${2 * threshold + 1} parties, and this one has ${parties.length}; ` +
        'name others with --party, or let every hospital read every update with --scheme plain',
    );
  }
  const clip = values.clip ?? DEFAULT_CLIP;
  return {
    Committee: {
      threshold,
      parties,
      field: { mersenne61: 'Mersenne61', mersenne31: 'Mersenne31' }[values.field ?? 'mersenne61'],
      clip,
      normBound: values.normBound ?? clip,
      direction: direction(
        values.direction ?? (root ? 'exclude' : 'off'),
        root,
        values.tolerance ?? clip / 2n,
      ),
      projections:
        values.projections ??
        Math.min(Math.floor(parameters / PARAMETERS_TO_A_PROJECTION), DEFAULT_PROJECTIONS),
      weakestSuite: SUITES[values.weakestSuite ?? 'qkd-ml-kem-768'],
      stepBlocks: values.stepBlocks ?? DEFAULT_STEP_BLOCKS,
    },
  };
}

const direction = (name, root, tolerance) =>
  ({
    off: { Off: null },
    exclude: { Exclude: { root, tolerance } },
    weight: { Weight: { root, tolerance } },
  })[name];
