// A study's description: from a study.toml and the options of open-study.mjs, which override it, checked by
// its schema.

import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import Ajv from 'ajv';
import { Option } from 'commander';
import { parse } from 'smol-toml';
import { camelCase, range, UsageError } from './arguments.mjs';
import { REPOSITORY } from './hospitals.mjs';

/**
 * The one place for the keys of a study, their defaults, ranges and help. `x-option` names an option that is
 * not the key.
 */
export const studySchema = JSON.parse(readFileSync(join(REPOSITORY, 'docs/study.schema.json'), 'utf8'));

const isChoice = (schema) => schema.maxProperties === 1;
const isTime = (schema) => schema['x-unit'] === 'blocks';
const words = (schema) => [
  ...(schema.enum ?? schema.anyOf?.[0].enum ?? []),
  ...Object.keys(schema.properties ?? {}),
];
const isValid = new Ajv({ allErrors: true, strict: false, verbose: true }).compile(studySchema);
const normal = (word) => word.replace(/[-_]/g, '').toLowerCase();

/** The options by name: the paths of the keys that each may set, and the schema of these keys. */
const OPTIONS = new Map();
(function collect({ properties }, path) {
  for (const [key, schema] of Object.entries(properties)) {
    const at = [...path, key];
    if (!schema.properties || schema['x-option']) {
      const name = schema['x-option'] ?? key.replaceAll('_', '-');
      const { paths = [], presets = [] } = OPTIONS.get(name) ?? {};
      const preset = schema.items ? schema.default : variantOf(schema);
      OPTIONS.set(name, { schema, paths: [...paths, at], presets: [...presets, preset] });
    }
    if (schema.properties) collect(schema, at);
  }
})(studySchema, []);

/** The default in an option's help: one for all keys that it may set, or one for each variant. */
function presetOf(paths, presets) {
  if (presets[0] === undefined) return '';
  const word = (value) => String(value).replaceAll('_', '-');
  const each = paths.map((path, key) => `${word(presets[key])} with ${word(path.at(-2))}`);
  return ` (default: ${new Set(presets).size === 1 ? word(presets[0]) : each.join(', ')})`;
}

/** The options of the command line. */
export const studyOptions = [...OPTIONS].map(([name, { schema, paths, presets }]) => {
  const choices = words(schema).map((word) => word.replaceAll('_', '-'));
  const value = isTime(schema)
    ? 'TIME|N'
    : ({ integer: 'N', number: 'X', array: 'LIST' }[schema.type] ?? 'TEXT');
  const given = presetOf(paths, presets);
  const option = new Option(`--${name} <${choices.join('|') || value}>`, schema.description + given);
  if (name === 'seeds') return option.argParser(range);
  return schema.items?.type === 'string'
    ? option.argParser((text, before = []) => [...before, text])
    : option;
});

/**
 * The description of a study.
 *
 * @param {object} values of {@link studyOptions}, in camel case, as texts or as the schema has them
 * @param {string} [file] a study.toml
 * @returns {object} as `studySchema` has it, without defaults
 */
export function describeStudy(values, file) {
  if (values.updates !== undefined && values.epochs !== undefined) {
    throw new UsageError('--updates and --epochs exclude each other; give one');
  }
  let description = file === undefined ? { model: {} } : readToml(file);
  const origins = new Map();
  for (const [name, { schema, paths }] of OPTIONS) {
    const value = values[camelCase(name)];
    if (value === undefined || name === 'seeds') continue;
    const option = `--${name} ${value}`;
    const path = paths.find((keys) => conflict(studySchema, description, keys) === null);
    if (!path) {
      throw new UsageError(`${option} does not apply to ${conflict(studySchema, description, paths[0])}`);
    }
    description = withValue(studySchema, description, path, fromText(schema, value));
    origins.set(path.join('.'), option);
  }
  if (!isValid(description)) throw new UsageError(faults(isValid.errors, origins, file).join('\n'));
  return description;
}

function readToml(file) {
  let text;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`cannot read the study ${file}: ${error.code}`);
  }
  try {
    const description = structuredClone(parse(text));
    const { exclude, weight } = description.scheme?.committee?.direction ?? {};
    for (const { root = {} } of [exclude, weight].filter(Boolean)) {
      for (const key of ['file', 'blob_store']) if (root[key]) root[key] = resolve(dirname(file), root[key]);
    }
    return description;
  } catch (error) {
    throw new UsageError(`${file}:${error.line}: ${error.message.split('\n')[0]}`);
  }
}

/** The value of an option's text; a text that is none is left to the check. */
function fromText(schema, value) {
  if (typeof value !== 'string') return value;
  if (schema.items?.type === 'integer')
    return value.split(',').map((part) => fromText(schema.items, part.trim()));
  if (schema.type === 'integer' || schema.type === 'number' || isTime(schema))
    return /^\d+(\.\d+)?$/.test(value) ? Number(value) : value;
  if (schema.pattern) return value.toLowerCase();
  return words(schema).find((word) => normal(word) === normal(value)) ?? value;
}

/** The variant of a choice, or undefined when none is made and there is no default. */
function variantOf(schema, content = schema.default) {
  return Object(content) === content ? Object.keys(content)[0] : content;
}

/** The option by which another variant was chosen than the path leads into; null when there is none. */
function conflict(schema, content, [key, ...rest]) {
  const variant = isChoice(schema) ? variantOf(schema, content) : key;
  if (variant !== undefined && variant !== key) {
    return schema['x-option'] ? `--${schema['x-option']} ${variant.replaceAll('_', '-')}` : null;
  }
  return rest.length === 0 ? null : conflict(schema.properties[key], content?.[key], rest);
}

/** A table with a value at this path. */
function withValue(schema, content, [key, ...rest], value) {
  const inner = schema.properties[key];
  const present = content?.[key];
  const others = isChoice(schema) ? {} : content;
  if (rest.length > 0) return { ...others, [key]: withValue(inner, present, rest, value) };
  if (!isChoice(inner) || !(value in inner.properties)) return { ...others, [key]: value };
  // Another variant keeps what it has in common with the one before.
  const kept = Object.entries(present?.[variantOf(inner, present)] ?? {}).filter(
    ([name]) => name in inner.properties[value].properties,
  );
  return { ...others, [key]: { [value]: Object.fromEntries(kept) } };
}

/** What is wrong, where, and what would be right. */
function faults(errors, origins, file) {
  const messages = errors.map(({ keyword, instancePath, schemaPath, params, parentSchema, data }) => {
    const path = instancePath.split('/').slice(1);
    const source = path
      .map((_, end) => origins.get(path.slice(0, path.length - end).join('.')))
      .find(Boolean);
    const name = (key) => [...path, key].join('.');
    const place = source ?? [file, path.join('.')].filter(Boolean).join(': ');
    // The alternatives of a choice, or of the ways to name a root set: the choice itself has an error, too.
    if (/\/(anyOf|oneOf)\//.test(schemaPath)) return null;
    if (keyword === 'additionalProperties') {
      const known = Object.keys(parentSchema.properties);
      const edits = (key) => distance(params.additionalProperty, key);
      const [nearest] = known.sort((one, other) => edits(one) - edits(other));
      return `${file}: unknown key ${name(params.additionalProperty)}; did you mean ${nearest}?`;
    }
    if (keyword === 'required') {
      const key = name(params.missingProperty);
      const isBelow = (keys) => `${keys.join('.')}.`.startsWith(`${key}.`);
      const options = [...OPTIONS]
        .filter(([, { paths }]) => paths.some(isBelow))
        .map(([option]) => `--${option}`);
      return `${file ? `${file}: ` : ''}${key} is missing; give it with ${options.join(', ')} (see --help)`;
    }
    const found = Object(data) === data ? '' : `, found ${JSON.stringify(data)}`;
    return `${place}: expected ${expected(parentSchema)}${source ? '' : found}`;
  });
  return [...new Set(messages)].filter(Boolean);
}

/** What a schema takes, in words. */
function expected(schema) {
  const { type, minimum, exclusiveMinimum, maximum, pattern, maxLength, oneOf } = schema;
  const choices = words(schema);
  const named = (key) => `${key} (--${schema.properties[key]['x-option'] ?? key.replaceAll('_', '-')})`;
  if (oneOf) return oneOf.map(({ required }) => required.map(named).join(' and ')).join(', or ');
  if (type === 'array') return 'a list';
  if (type === 'object' && !isChoice(schema)) return 'a table';
  if (choices.length > 0) return `one of ${choices.join(', ')}`;
  if (isTime(schema)) return `a time such as 90s, 5min, 2h or 1d, or a number of blocks from ${minimum} on`;
  if (pattern) return '0x and 64 hexadecimal digits';
  if (type === 'string') return `a text${maxLength ? ` of at most ${maxLength} characters` : ''}`;
  const most = maximum < 2 ** 32 - 1 ? ` to ${maximum}` : ' on';
  const except = schema.not ? `, but not ${schema.not.const}` : '';
  if (type === 'integer') return `a whole number from ${minimum}${most}${except}`;
  return `a number ${exclusiveMinimum === undefined ? `from ${minimum} on` : `above ${exclusiveMinimum}`}`;
}

/** Edits from one word to another (Levenshtein). */
function distance(one, other) {
  const edit = (row, letter, count) =>
    [...other].reduce(
      (next, there, j) => [
        ...next,
        Math.min(row[j + 1] + 1, next[j] + 1, row[j] + (letter === there ? 0 : 1)),
      ],
      [count + 1],
    );
  return [...one]
    .reduce(
      edit,
      Array.from({ length: other.length + 1 }, (_, count) => count),
    )
    .at(-1);
}
