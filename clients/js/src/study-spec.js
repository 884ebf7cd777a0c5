// From a study's description to the argument of the call `rounds.openStudy`.

import { stringToHex } from '@polkadot/util';
import { blocksIn } from './time.js';

/**
 * What is used here of a JSON Schema. A schema with `maxProperties` (1) is a choice: a word, or a table with
 * one key.
 */
/**
 * @typedef {object} Schema
 * @property {string | string[]} [type]
 * @property {string} [x-unit]
 * @property {any} [default]
 * @property {any[]} [enum]
 * @property {number} [maxProperties]
 * @property {Record<string, Schema>} [properties]
 */

/** By default the clip of a committee, and projections by the number of the model's parameters. */
const COMMITTEE_CLIP = 1;
const PARAMETERS_PER_PROJECTION = 16;
const MOST_PROJECTIONS = 8;

/**
 * The specification of a study, as `rounds.openStudy` takes it.
 *
 * @param {Schema} schema docs/study.schema.json: keys and defaults
 * @param {any} description its `hospitals` and `parties` are accounts, and its root set is given by hash and
 *   length
 * @param {number} slot milliseconds from block to block, for times that are not in blocks
 */
export function studySpec(schema, description, slot) {
  const study = inBlocks(schema, withDefaults(schema, withFamily(description)), slot);
  const { hospitals, encoding, scheme } = study;
  study.quorum ??= Math.ceil((hospitals.length * 3) / 4);
  if (scheme.committee) {
    encoding.clip ??= COMMITTEE_CLIP;
    completeCommittee(scheme.committee, hospitals, encoding.clip, modelParameters(study.model));
  }
  const spec = convert(schema, study);
  return { ...spec, title: stringToHex(study.title), retentionBlocks: study.retention_blocks ?? null };
}

/** A regression is by default a linear one. @param {any} description */
function withFamily(description) {
  const { classes, family } = description.model;
  if (classes !== 0) return description;
  if (family === 'logistic_regression') {
    throw new Error(
      'model.classes is 0, a regression: its model is linear_regression or multilayer_perceptron',
    );
  }
  return { ...description, model: { ...description.model, family: family ?? 'linear_regression' } };
}

/**
 * @param {any} committee
 * @param {string[]} hospitals
 * @param {number} clip
 * @param {number} parameters of the model
 */
function completeCommittee(committee, hospitals, clip, parameters) {
  committee.parties ??= hospitals;
  const { length } = committee.parties;
  committee.threshold ??= Math.max(1, Math.floor((length - 1) / 3));
  const least = 2 * committee.threshold + 1;
  if (length < least) {
    throw new Error(
      `a committee with the threshold ${committee.threshold} has at least ${least} parties, ` +
        `and this one has ${length}; name others with --party, or use --scheme plain`,
    );
  }
  committee.direction ??= 'off';
  const { exclude, weight } = committee.direction;
  for (const judged of [exclude, weight]) if (judged) judged.tolerance ??= nanos(clip, 'clip') / 2n;
  const projections = Math.floor(parameters / PARAMETERS_PER_PROJECTION);
  committee.projections ??= Math.min(projections, MOST_PROJECTIONS);
}

/** Number of parameters of a model: for each layer its weights and its biases. @param {any} model */
export function modelParameters({ family, features, classes = 2 }) {
  const hidden = family?.multilayer_perceptron?.hidden ?? [];
  const widths = [features, ...hidden, classes === 0 || classes === 2 ? 1 : classes];
  return widths.slice(1).reduce((sum, width, layer) => sum + (widths[layer] + 1) * width, 0);
}

/**
 * A copy of a value with the defaults of its schema.
 *
 * @param {Schema} schema
 * @param {any} given
 * @returns {any}
 */
function withDefaults(schema, given) {
  const value = given ?? schema.default;
  const { properties } = schema;
  if (!properties || typeof value === 'string') return value;
  // Of a choice there is only what was chosen.
  if (schema.maxProperties === 1 && value === undefined) return undefined;
  const keys = schema.maxProperties === 1 ? Object.keys(value) : Object.keys(properties);
  const entries = keys.map((key) => [key, withDefaults(properties[key], value?.[key])]);
  return Object.fromEntries(entries.filter(([, one]) => one !== undefined));
}

/**
 * The same with all times in blocks.
 *
 * @param {Schema} schema
 * @param {any} value
 * @param {number} slot
 * @returns {any}
 */
function inBlocks(schema, value, slot) {
  const { properties } = schema;
  if (schema['x-unit'] === 'blocks' && value !== undefined) return blocksIn(value, slot);
  if (!properties || Object(value) !== value) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, inBlocks(properties[key], one, slot)]),
  );
}

/**
 * A value as polkadot.js takes it: keys in camel case, variants of enums in Pascal case, decimals in units of
 * 1e-9.
 *
 * @param {Schema} schema
 * @param {any} value
 * @returns {any}
 */
function convert(schema, value, name = '') {
  const { properties } = schema;
  if (typeof value === 'string') return schema.enum || properties ? pascal(value) : value;
  if (schema.type === 'number') return nanos(value, name);
  if (!properties) return value;
  const renamed = schema.maxProperties === 1 ? pascal : camel;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [renamed(key), convert(properties[key], one, key)]),
  );
}

/** @param {string} words */
const camel = (words) => words.replace(/_([a-z0-9])/g, (_, letter) => letter.toUpperCase());

/** @param {string} words */
const pascal = (words) => camel(`_${words}`);

/**
 * A number in units of 1e-9, as the chain keeps it.
 *
 * @param {number | bigint} value
 * @param {string} key for the error
 */
function nanos(value, key) {
  if (typeof value === 'bigint') return value;
  const digits = value.toFixed(9);
  if (Number(digits) !== value) throw new Error(`${key}: ${value} has more than nine digits after the point`);
  return BigInt(digits.replace('.', ''));
}
