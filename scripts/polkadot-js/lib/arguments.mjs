// Command lines: options that several scripts have, values of options, and how a script ends.

import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';

/** A command line that is wrong. */
export class UsageError extends Error {
  exitCode = 2;
}

/** A command with this help and these options. The texts may have line breaks. */
export function command(description, options) {
  const flowing = (text) => text.replace(/\s+/g, ' ');
  const program = new Command().description(flowing(description)).helpOption('-h, --help', 'print this text');
  for (const option of options) {
    option.description = flowing(option.description);
    program.addOption(option);
  }
  return program.exitOverride().showHelpAfterError('see --help');
}

/** Runs a script. An error becomes one line and an exit code: 2 for the command line, else 1. */
export async function run(program, action) {
  try {
    program.parse();
    process.exitCode = (await action(program.opts(), ...program.processedArgs)) ?? 0;
  } catch (error) {
    // Commander has printed its own messages, among them the help, whose exit code is 0.
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode && 2;
    } else {
      console.error(`error: ${error.message}`);
      process.exitCode = error.exitCode ?? 1;
    }
  }
}

/**
 * An option; `parse` turns its text into a value, or lists the texts to choose from; `shown` is the default
 * in the help.
 */
export function option(flags, description, parse, preset, shown) {
  const made = new Option(flags, description);
  if (Array.isArray(parse)) made.choices(parse);
  else if (parse) made.argParser(parse);
  return preset === undefined ? made : made.default(preset, shown);
}

export const required = (...declared) => option(...declared).makeOptionMandatory();

/** For an option that may be repeated, with these values when it is not given. */
const collect =
  (parse = String, defaults = undefined) =>
  (text, before) => [...(before === defaults ? [] : before), parse(text)];

export const repeated = (flags, description, parse) => option(flags, description, collect(parse));

/** The key of an option's value. */
export const camelCase = (name) => name.replace(/-([a-z0-9])/g, (_, letter) => letter.toUpperCase());

/** A whole number from `least` to `most`. */
export const integer =
  (least = 0, most = Number.MAX_SAFE_INTEGER) =>
  (text) => {
    const number = /^\d+$/.test(text) ? Number(text) : NaN;
    if (number >= least && number <= most) return number;
    const range = `${least}${most < Number.MAX_SAFE_INTEGER ? ` to ${most}` : ' on'}`;
    throw new InvalidArgumentError(`expected a whole number from ${range}`);
  };

/** A number from `least` to `most`, with or without a decimal point. */
export const number = (least, most) => (text) => {
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN;
  if (value >= least && value <= most) return value;
  throw new InvalidArgumentError(`expected a number from ${least} to ${most}`);
};

/** The number of an agreement, a study or a block. */
export const id = integer(0, 2 ** 32 - 1);

/** `42`, or a range such as `42-46`, of at most 64 whole numbers. */
export function range(text) {
  const match = /^(\d{1,15})(?:-(\d{1,15}))?$/.exec(text);
  const [first, last] = match ? [Number(match[1]), Number(match[2] ?? match[1])] : [1, 0];
  if (first > last || last - first >= 64) {
    throw new InvalidArgumentError('expected a number such as 42 or a range such as 42-46, of at most 64');
  }
  return Array.from({ length: last - first + 1 }, (_, offset) => first + offset);
}

/** The address of a node that scripts use without --node. */
export const USUAL_NODE = 'ws://127.0.0.1:9944';
const NODES = [USUAL_NODE];

export const nodeOption = () => option('--node <URL>', 'WebSocket of a node', undefined, USUAL_NODE);
export const nodesOption = (use) =>
  option('--node <URL>', `WebSocket of a node; repeat it${use}`, collect(String, NODES), NODES, USUAL_NODE);
export const studyOption = () => required('--study <ID>', 'the study', id);
export const studiesOption = () => required('--study <ID>', 'a study; repeat it for several', collect(id));
export const printIdOption = () => option('--print-id', 'print only the ids, one a line');
export const binariesOption = () =>
  option('--binaries <DIR>', 'folder of the binaries (default: build them)');
