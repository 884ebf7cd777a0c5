// The options of open-study.mjs and the specification they make.

import { stringToHex } from '@polkadot/util';
import { camelCase, decimal, hash, integer, integers, oneOf, range } from './arguments.mjs';
import { committeeHelp, committeeOptions, scheme } from './committee-spec.mjs';

const U32 = 2 ** 32 - 1;
const millionths = (value) => BigInt(value) * 1_000n;

/** One option for each field of `StudySpec` in consilium-primitives, `study.rs`. */
export const studyOptions = {
  title: { type: 'string', default: 'Consilium study' },
  agreement: { type: 'string', parse: integer(0, U32) },
  hospital: { type: 'string', multiple: true },
  'schema-hash': { type: 'string', parse: hash },
  model: {
    type: 'string',
    parse: oneOf('logistic-regression', 'multilayer-perceptron'),
    default: 'logistic-regression',
  },
  features: { type: 'string', parse: integer(1, U32) },
  classes: { type: 'string', parse: integer(2, U32), default: 2 },
  hidden: { type: 'string', parse: integers(1), default: [16] },
  updates: { type: 'string', parse: integer(1, U32) },
  epochs: { type: 'string', parse: integer(1, U32) },
  'batch-size': { type: 'string', parse: integer(1, U32), default: 4 },
  'learning-rate': { type: 'string', parse: decimal, default: millionths(10_000) },
  proximal: { type: 'string', parse: decimal, default: 0n },
  optimizer: { type: 'string', parse: oneOf('fedavg', 'fedavgm', 'fedadam', 'fedyogi'), default: 'fedavg' },
  'server-learning-rate': { type: 'string', parse: decimal, default: millionths(10_000) },
  momentum: { type: 'string', parse: decimal, default: millionths(900_000) },
  'beta-1': { type: 'string', parse: decimal, default: millionths(900_000) },
  'beta-2': { type: 'string', parse: decimal, default: millionths(990_000) },
  tau: { type: 'string', parse: decimal, default: millionths(1_000) },
  'max-examples': { type: 'string', parse: integer(1, U32), default: 1_000_000 },
  'fraction-bits': { type: 'string', parse: integer(0, 40), default: 24 },
  quorum: { type: 'string', parse: integer(1, U32) },
  rounds: { type: 'string', parse: integer(1, U32), default: 15 },
  'max-attempts': { type: 'string', parse: integer(1, U32), default: 5 },
  'collecting-blocks': { type: 'string', parse: integer(1, U32), default: 15 },
  'attesting-blocks': { type: 'string', parse: integer(1, U32), default: 15 },
  'retention-blocks': { type: 'string', parse: integer(0, U32) },
  'max-log-loss-increase': { type: 'string', parse: decimal, default: millionths(1_000_000) },
  seeds: { type: 'string', parse: range, default: [42] },
  ...committeeOptions,
};

/** Their lines of help. */
export const studyHelp = `Required:
  --agreement ID               agreement under which the data is used
  --schema-hash 0x...          hash of the schema that all records follow
  --features N                 features of one record after coding
      (consilium-node hospital check prints both)

Who:
  --hospital NAME|ADDRESS      takes part; repeat it (default: all parties of the agreement)
  --quorum N                   hospitals that must commit, and accept (default: three quarters, rounded up)

Model:
  --model logistic-regression|multilayer-perceptron   (default logistic-regression)
  --hidden 16,8                widths of the perceptron's hidden layers (default 16)
  --classes N                  (default 2)

Training at one hospital:
  --updates N | --epochs N     mini-batch updates, or passes over the records (default 100 updates)
  --batch-size N               (default 4)
  --learning-rate X            (default 0.01)
  --proximal X                 FedProx's mu (default 0: FedAvg)

Server:
  --optimizer fedavg|fedavgm|fedadam|fedyogi   (default fedavg)
  --server-learning-rate X     of all but fedavg (default 0.01)
  --momentum X                 of fedavgm (default 0.9)
  --beta-1 X --beta-2 X --tau X   of fedadam and fedyogi (default 0.9, 0.99, 0.001)

Rounds:
  --rounds N                   rounds to finalise (default 15)
  --max-attempts N             tries of one round (default 5)
  --collecting-blocks N        (default 15)
  --attesting-blocks N         (default 15)
  --retention-blocks N         each hospital deletes what it published in a round so many blocks after the round's last one
                               for attestations, and the chain writes it down; models stay (default: nothing is deleted)
  --max-log-loss-increase X    a hospital rejects a model that is worse by more (default 1)
  --max-examples N             most a hospital weighs in the mean (default 1000000)
  --fraction-bits N            of an update's fixed point, at most 40 (default 24)

${committeeHelp}

Other:
  --seeds N | --seeds A-B      seed of the first model and of the order of records; one study for each (default 42)
  --title TEXT                 (default "Consilium study")`;

/**
 * The specification of the study with seed `seed`, as `rounds.openStudy` takes it.
 *
 * @param {object} values of {@link studyOptions}
 * @param {string[]} hospitals accounts
 * @param {{ parties?: string[], root?: { hash: string, length: number } | null }} committee accounts of the compute
 *   parties, and the root set
 */
export function studySpec(values, hospitals, seed, { parties = hospitals, root = null } = {}) {
  return {
    title: stringToHex(values.title),
    agreement: values.agreement,
    schema: values.schemaHash,
    model: { family: family(values), features: values.features, classes: values.classes },
    training: {
      steps: values.epochs === undefined ? { Updates: values.updates ?? 100 } : { Epochs: values.epochs },
      batchSize: values.batchSize,
      learningRate: values.learningRate,
      proximal: values.proximal,
    },
    optimizer: optimizer(values),
    scheme: scheme(values, parties, root, parameters(values)),
    maxExamples: values.maxExamples,
    fractionBits: values.fractionBits,
    hospitals,
    quorum: values.quorum ?? Math.ceil((hospitals.length * 3) / 4),
    maxRounds: values.rounds,
    maxAttempts: values.maxAttempts,
    collectingBlocks: values.collectingBlocks,
    attestingBlocks: values.attestingBlocks,
    retentionBlocks: values.retentionBlocks ?? null,
    maxLogLossIncrease: values.maxLogLossIncrease,
    seed,
  };
}

/** The values of {@link studyOptions} when none is given, with `changes`. */
export function studyValues(changes) {
  const presets = Object.entries(studyOptions).map(([name, option]) => [
    camelCase(name),
    option.multiple ? [] : option.default,
  ]);
  return { ...Object.fromEntries(presets), ...changes };
}

/** Number of parameters of the model: for each layer its weights and its biases. */
export function parameters({ model, features, classes, hidden }) {
  const widths = [
    features,
    ...(model === 'multilayer-perceptron' ? hidden : []),
    classes === 2 ? 1 : classes,
  ];
  return widths.slice(1).reduce((sum, width, layer) => sum + (widths[layer] + 1) * width, 0);
}

function family({ model, hidden }) {
  return model === 'multilayer-perceptron'
    ? { MultilayerPerceptron: { hidden } }
    : { LogisticRegression: null };
}

function optimizer({ optimizer: name, serverLearningRate, momentum, beta1, beta2, tau }) {
  const adaptive = { learningRate: serverLearningRate, beta1, beta2, tau };
  return {
    fedavg: { FedAvg: null },
    fedavgm: { FedAvgM: { learningRate: serverLearningRate, momentum } },
    fedadam: { FedAdam: adaptive },
    fedyogi: { FedYogi: adaptive },
  }[name];
}
