// The JSON Schema of a study's description, published as docs/study.schema.json: the one place for its keys,
// defaults, ranges and help. The keys are those of `StudySpec` in consilium-primitives; `x-option` names the
// option of open-study.mjs that overrides a key, where it is not the key itself.

/**
 * @typedef {object} Schema
 * @property {string} [description]
 * @property {string | string[]} [type]
 * @property {any} [default]
 * @property {string[]} [enum]
 * @property {number} [minimum]
 * @property {number} [exclusiveMinimum]
 * @property {number} [maximum]
 * @property {number} [maxProperties] 1 for a choice
 * @property {Record<string, Schema>} [properties]
 * @property {Schema} [items]
 * @property {Schema[]} [anyOf]
 * @property {string[]} [required]
 * @property {string} [x-option]
 */

const U32 = 2 ** 32 - 1;

/**
 * A whole number from `minimum` on. @param {number} minimum @param {string} description @param {object}
 * [rest]
 */
const integer = (minimum, description, rest) => ({
  ...{ type: 'integer', description, minimum, maximum: U32 },
  ...rest,
});

/** A `Decimal` of the chain. @param {string} description @param {object} [rest] */
const decimal = (description, rest) => ({
  ...{ type: 'number', description, minimum: 0, maximum: 9_999_999_999 },
  ...rest,
});

/** @param {string} description @param {object} [rest] */
const text = (description, rest) => ({ type: 'string', description, ...rest });

/** @param {string} description @param {string} option */
const hash = (description, option) => text(description, { pattern: '^0x[0-9a-f]{64}$', 'x-option': option });

/** @param {Schema} items @param {string} description @param {object} rest */
const list = (items, description, rest) => ({ type: 'array', description, items, ...rest });

/** @param {Record<string, Schema>} properties @param {object} [rest] */
const table = (properties, rest) => ({ type: 'object', properties, additionalProperties: false, ...rest });

/**
 * An enum of the chain: a word, or a table with one key, the variant.
 *
 * @param {string[]} words variants without content
 * @param {Record<string, Schema>} variants those with content
 * @param {object} rest
 */
const choice = (words, variants, rest) => ({
  ...table(variants, { minProperties: 1, maxProperties: 1 }),
  ...(words.length > 0 && { type: ['string', 'object'], anyOf: [{ enum: words }, { type: 'object' }] }),
  ...rest,
});

const member = text('a name or an address');

const perceptron = table({
  hidden: list(integer(1, 'a width'), 'widths of hidden layers, such as 16,8', { default: [16] }),
});
const model = table(
  {
    family: choice(
      ['logistic_regression'],
      { multilayer_perceptron: perceptron },
      { description: 'kind of model', default: 'logistic_regression', 'x-option': 'model' },
    ),
    features: integer(1, 'features of one record after coding, as consilium-node hospital check prints them'),
    classes: integer(2, 'classes', { default: 2 }),
  },
  { required: ['features'] },
);

const training = table({
  steps: choice(
    [],
    {
      updates: integer(1, 'mini-batch updates in one round at one hospital (default: 100)'),
      epochs: integer(1, 'or passes over its records'),
    },
    { default: { updates: 100 } },
  ),
  batch_size: integer(1, 'records in one mini-batch', { default: 4 }),
  learning_rate: decimal('step size at the hospitals', { default: 0.01 }),
  proximal: decimal("FedProx's mu; 0 is FedAvg", { default: 0 }),
});

const serverLearningRate = decimal('server step size', { default: 0.01, 'x-option': 'server-learning-rate' });
const momentum = decimal('server momentum', { default: 0.9 });
const adaptive = table({
  learning_rate: serverLearningRate,
  beta_1: decimal('decay of the first moment', { default: 0.9 }),
  beta_2: decimal('decay of the second moment', { default: 0.99 }),
  tau: decimal('degree of adaptivity', { default: 0.001 }),
});
const optimizer = choice(
  ['fed_avg'],
  {
    fed_avg_m: table({ learning_rate: serverLearningRate, momentum }),
    fed_adam: adaptive,
    fed_yogi: adaptive,
  },
  { description: 'server optimiser', default: 'fed_avg', 'x-option': 'optimizer' },
);

const encoding = table({
  clip: decimal(
    `L2 norm that a hospital scales its update down to, above which an update does not count; a larger one
    needs fewer fractional bits (default: 1 with a committee, else none)`,
    { minimum: undefined, exclusiveMinimum: 0 },
  ),
  fraction_bits: integer(0, "fractional bits of an update's fixed point", { maximum: 40, default: 24 }),
});

const rootSet = table(
  {
    file: text('root set, as consilium-simulator root-set writes it, to be put into the blob store', {
      'x-option': 'root',
    }),
    blob_store: text("folder of the hospitals' blob store, for the root set"),
    hash: hash('or the SHA-256 of a root set that is in the store already', 'root-hash'),
    length: integer(1, 'and its length in bytes', { 'x-option': 'root-length' }),
  },
  { oneOf: [{ required: ['file', 'blob_store'] }, { required: ['hash', 'length'] }] },
);
const tolerance = decimal(
  `length of an update's component against the root update above which it does not count; near convergence,
  honest updates are short and may point away (default: half the clip)`,
);
const direction = table({ root: rootSet, tolerance }, { required: ['root'] });

const committee = table({
  threshold: integer(
    1,
    `t: so many parties together learn nothing of an update. It takes 2t + 1 parties; with 3t + 1, t of them
    may lie or be silent (default: a third of the parties, at least 1)`,
  ),
  parties: list(member, 'a compute party; repeat it, in order (default: the hospitals)', {
    'x-option': 'party',
  }),
  field: text(
    'field of the shares; the smaller one halves them, and leaves less room for bits and examples',
    { enum: ['mersenne61', 'mersenne31'], default: 'mersenne61' },
  ),
  direction: choice(
    ['off'],
    { exclude: direction, weight: direction },
    {
      description: `use of the angle between an update and the root update, which the parties train on a root
      set: none; an update that goes too far against it does not count; and the others are weighted by the
      cosine, those that point away by 1/256 (default: exclude with a root set, else off)`,
      'x-option': 'direction',
    },
  ),
  projections: integer(
    0,
    `random projections that are opened of each update. Each halves the chance of an update that hides its
    norm by wrapping around the modulus, and publishes one more number about every update (default: one for
    16 parameters, at most 8)`,
    { maximum: 32 },
  ),
  weakest_suite: text(
    `weakest protection of shares: keys from quantum key distribution and ML-KEM-768, so that every hospital
    needs a key management entity; ML-KEM-768 alone; or none, for trials with made-up records`,
    { enum: ['qkd_ml_kem_768', 'ml_kem_768', 'plain'], default: 'qkd_ml_kem_768' },
  ),
  step_blocks: integer(1, 'blocks for each step of the committee', { default: 10 }),
});
const scheme = choice(
  ['plain'],
  { committee },
  {
    description: `committee: updates are secret-shared among compute parties, which check and sum them without
    seeing them. plain: every hospital reads every update`,
    default: { committee: {} },
    'x-option': 'scheme',
  },
);

const seed = integer(
  0,
  'seed of the first model and of the order of records; a range opens a study for each',
  { ...{ maximum: Number.MAX_SAFE_INTEGER, default: 42, 'x-option': 'seeds' } },
);
const retention = integer(
  0,
  `so many blocks after a round's last one for attestations, each hospital deletes its update, which the chain
  records; models stay (default: nothing is deleted)`,
);

const study = table(
  {
    title: text('name of the study', { maxLength: 64, default: 'Consilium study' }),
    agreement: integer(0, 'agreement under which the data is used'),
    schema: hash(
      'hash of the schema of the records, as consilium-node hospital check prints it',
      'schema-hash',
    ),
    hospitals: list(member, 'a hospital that trains; repeat it (default: all parties of the agreement)', {
      'x-option': 'hospital',
    }),
    quorum: integer(1, 'hospitals that must commit, and accept (default: three quarters, rounded up)'),
    max_rounds: integer(1, 'rounds to finalise', { default: 15, 'x-option': 'rounds' }),
    max_attempts: integer(1, 'attempts of one round', { default: 5 }),
    collecting_blocks: integer(1, 'blocks for commitments', { default: 15 }),
    attesting_blocks: integer(1, 'blocks for attestations', { default: 15 }),
    retention_blocks: retention,
    max_log_loss_increase: decimal('a hospital rejects a model whose log-loss is up by more', { default: 1 }),
    max_examples: integer(1, 'largest weight of a hospital in the mean', { default: 1_000_000 }),
    ...{ seed, model, training, optimizer, encoding, scheme },
  },
  { required: ['agreement', 'schema', 'model'] },
);

/** @type {Schema} */
export const studySchema = JSON.parse(
  JSON.stringify({
    ...{ $schema: 'http://json-schema.org/draft-07/schema#', title: 'A study of Consilium' },
    ...study,
  }).replace(/\\n */g, ' '),
);
