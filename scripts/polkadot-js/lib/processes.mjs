// Programs and folders that do not outlive this process.

import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pause, until } from '@consilium/client';

const SECONDS_TO_STOP = 20;

/** At the end of this process all programs end, which is no failure of theirs. */
const NEVER = new Promise(() => {});

const programs = new Set();
let ending = false;
let endFolder = () => {};

// The programs end with this process, however it ends; on a signal they are stopped in order.
process.once('exit', () => programs.forEach((program) => program.signal('SIGKILL')));
for (const [signal, number] of Object.entries({ SIGHUP: 1, SIGINT: 2, SIGTERM: 15 })) {
  process.on(signal, async () => {
    if (ending) return;
    ending = true;
    await stopAll();
    endFolder();
    process.exit(128 + number);
  });
}

/** A program that can be started, stopped and started again. */
export class Program {
  /**
   * @param {string} binary
   * @param {{ logFile?: string, group?: boolean }} options without a log file its output is that of this
   *   process; with `group` it has its own process group, so that what it starts ends with it
   */
  constructor(binary, { logFile, group = false } = {}) {
    Object.assign(this, { binary, logFile, group, process: null, pid: null, ended: null });
    programs.add(this);
  }

  /** Starts the program; its log goes on. Sets `ended`, a promise of its exit code and signal. */
  start(args, { env = {}, cwd } = {}) {
    const log = this.logFile ? openSync(this.logFile, 'a') : 'inherit';
    const stdio = ['ignore', log, log];
    const all = { ...process.env, ...env };
    this.process = spawn(this.binary, args, { stdio, detached: this.group, env: all, cwd });
    this.pid = this.process.pid;
    if (this.logFile) closeSync(log);
    this.ended = new Promise((resolve) => {
      const end = (code, signal) => {
        this.process = null;
        resolve({ code, signal });
      };
      this.process.once('exit', end).once('error', (error) => {
        console.error(`error: ${this.binary} does not start: ${error.message}`);
        end(1, null);
      });
    });
  }

  /** Sends a signal, 0 for none, to the program or its group. @returns {boolean} whether it still runs */
  signal(name) {
    if (!this.pid || (!this.group && !this.process)) return false;
    try {
      return process.kill(this.group ? -this.pid : this.pid, name);
    } catch {
      return false;
    }
  }

  /** Ends the program at once, as a power cut would. */
  async kill() {
    this.signal('SIGKILL');
    await this.ended;
  }

  /** Ends the program in order, and by force when that takes too long. */
  async stop() {
    if (!this.signal('SIGTERM')) return { code: null, signal: null };
    const gone = () => !this.signal(0);
    await until('the end', SECONDS_TO_STOP, gone).catch(() => this.signal('SIGKILL'));
    return this.ended;
  }

  /** Runs the program to its end. @returns {Promise<number>} its exit code */
  async run(args, options) {
    this.start(args, options);
    const { code } = await this.ended;
    return ending ? NEVER : (code ?? 1);
  }

  /** The whole log. */
  log() {
    return readFileSync(this.logFile, 'utf8');
  }

  logTail() {
    return this.logFile ? logTail(this.logFile) : '';
  }
}

/** The last lines of a log. */
export const logTail = (file, lines = 25) =>
  readFileSync(file, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');

/** A process that another program started, as {@link whileRunning} takes it. */
export const otherProcess = (pid, logFile) => ({ ended: endOf(pid), logTail: () => logTail(logFile) });

async function endOf(pid) {
  try {
    for (;;) {
      process.kill(pid, 0);
      await pause(500);
    }
  } catch {
    // There is no such process any more.
  }
}

/** Stops all programs. */
export const stopAll = () => Promise.all([...programs].map((program) => program.stop()));

/**
 * The value of a promise while programs run; an error with the end of a program's log when it ends before.
 */
export function whileRunning(needed, promise) {
  const watch = async ([what, program]) => {
    await program.ended;
    if (ending) return NEVER;
    throw new Error(`${what} has ended; the end of its log:\n${program.logTail()}`);
  };
  return Promise.race([promise, ...needed.map(watch)]);
}

/**
 * Runs `action` with a new folder, and then stops all programs. The folder is removed when all went well;
 * otherwise the last warnings in its logs are printed, and where it is.
 */
export async function withFolder(name, action) {
  const folder = mkdtempSync(join(tmpdir(), `consilium-${name}-`));
  endFolder = () => {
    printWarnings(folder);
    console.error(`The logs of the nodes are in ${folder}`);
  };
  let code = 1;
  try {
    code = (await action(folder)) ?? 0;
  } finally {
    if (!ending) {
      await stopAll();
      if (code === 0) rmSync(folder, { recursive: true });
      else endFolder();
    }
  }
  return code;
}

/** Most lines of one log that are printed, and most characters of a line. */
const WARNING_LINES = 30;
const WARNING_WIDTH = 400;

/** Logs are in the folder, or in folders of that; further below are the databases of nodes. */
const LOG_DEPTH = 3;

/** Only logs of nodes with --detailed-log-output tell warnings and errors from other lines. */
const WARNING = /^[0-9-]+ [0-9:.]+ +(WARN|ERROR) |panicked at|^Error: /;

/** Prints the last warnings, errors and panics of each log in a folder. */
function printWarnings(folder) {
  const isLog = (file) => file.endsWith('.log') && file.split('/').length <= LOG_DEPTH;
  for (const log of readdirSync(folder, { recursive: true }).filter(isLog)) {
    const all = readFileSync(join(folder, log), 'utf8').split('\n');
    const last = all.filter((line) => WARNING.test(line)).slice(-WARNING_LINES);
    if (last.length === 0) continue;
    const cut = last.map((line) => line.slice(0, WARNING_WIDTH)).join('\n');
    console.error(`Last warnings and errors of ${basename(log, '.log')}:\n${cut}\n`);
  }
}
