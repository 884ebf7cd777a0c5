// Command lines: one way to declare options, check their values and print help.

import { parseArgs } from 'node:util';

/** A command line that cannot be understood. */
export class UsageError extends Error {}

/**
 * Reads a command line.
 *
 * `declaration.options` is what `parseArgs` of `node:util` takes; each option may also have `parse`, which
 * turns the text into a value and throws with what would be right. Prints `declaration.usage` and exits on
 * `--help`.
 *
 * @returns {{ values: object, positionals: string[] }} values under the options' names in camel case.
 */
export function readCommandLine(declaration, argv = process.argv.slice(2)) {
  const { usage, options = {}, positionals: names = [] } = declaration;
  const declared = { ...options, help: { type: 'boolean', short: 'h' } };
  let parsed;
  try {
    parsed = parseArgs({
      args: argv,
      options: Object.fromEntries(
        Object.entries(declared).map(([name, { type, short, multiple }]) => [
          name,
          { type, ...(short && { short }), ...(multiple && { multiple }) },
        ]),
      ),
      allowPositionals: names.length > 0,
    });
  } catch (error) {
    throw new UsageError(`${error.message}; see --help`);
  }
  if (parsed.values.help) {
    console.log(usage.trim());
    process.exit(0);
  }
  if (parsed.positionals.length !== names.length) {
    throw new UsageError(
      `expected ${names.map((name) => `<${name}>`).join(' ') || 'no argument without --'}; see --help`,
    );
  }
  const values = {};
  for (const [name, option] of Object.entries(options)) {
    values[camelCase(name)] = valueOf(name, option, parsed.values[name]);
  }
  return { values, positionals: parsed.positionals };
}

function valueOf(name, { parse = (text) => text, default: preset, multiple, type }, given) {
  if (given === undefined) return multiple ? (preset ?? []) : preset;
  if (type === 'boolean') return given;
  const read = (text) => {
    try {
      return parse(text);
    } catch (error) {
      throw new UsageError(`--${name} ${text}: ${error.message}`);
    }
  };
  return multiple ? given.map(read) : read(given);
}

/** The key under which an option's value stands. */
export function camelCase(name) {
  return name.replace(/-([a-z0-9])/g, (_, letter) => letter.toUpperCase());
}

/** A whole number from `least` to `most`. */
export const integer =
  (least = 0, most = Number.MAX_SAFE_INTEGER) =>
  (text) => {
    const number = /^\d+$/.test(text) ? Number(text) : NaN;
    if (!(number >= least && number <= most)) {
      throw new Error(
        `expected a whole number from ${least}${most < Number.MAX_SAFE_INTEGER ? ` to ${most}` : ' on'}`,
      );
    }
    return number;
  };

/** A number from 0 on with up to nine digits after the point, in units of 1e-9, as the chain keeps it. */
export function decimal(text) {
  const match = /^(\d{1,10})(?:\.(\d{1,9}))?$/.exec(text);
  if (!match) throw new Error('expected a number such as 0.01, with at most nine digits after the point');
  return BigInt(match[1]) * 1_000_000_000n + BigInt((match[2] ?? '').padEnd(9, '0'));
}

/** 32 bytes in hexadecimal. */
export function hash(text) {
  if (!/^0x[0-9a-f]{64}$/i.test(text)) throw new Error('expected 0x and 64 hexadecimal digits');
  return text.toLowerCase();
}

/** `42`, or a range such as `42-46`, of at most 64 whole numbers. */
export function range(text) {
  const match = /^(\d{1,15})(?:-(\d{1,15}))?$/.exec(text);
  const [first, last] = match ? [Number(match[1]), Number(match[2] ?? match[1])] : [1, 0];
  if (first > last || last - first >= 64)
    throw new Error('expected a number such as 42 or a range such as 42-46, of at most 64');
  return Array.from({ length: last - first + 1 }, (_, offset) => first + offset);
}

/** Whole numbers from `least` on, separated by commas. */
export const integers = (least) => (text) => text.split(',').map((part) => integer(least)(part.trim()));

/** One of these words. */
export const oneOf =
  (...words) =>
  (text) => {
    if (!words.includes(text)) throw new Error(`expected one of ${words.join(', ')}`);
    return text;
  };

/** The option with which every script that talks to a node says which. */
export const nodeOption = { type: 'string', default: 'ws://127.0.0.1:9944' };

/** Its line of help. */
export const nodeHelp = '  --node URL             WebSocket of a node (default ws://127.0.0.1:9944)';

/** Runs a script: an error becomes one line and an exit code, 2 for the command line, else 1. */
export async function run(script) {
  try {
    process.exitCode = (await script()) ?? 0;
  } catch (error) {
    console.error(`error: ${error.message}`);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  }
}
