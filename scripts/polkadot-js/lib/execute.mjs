// Runs the project's binaries.

import { execFileSync } from 'node:child_process';
import { basename } from 'node:path';

/** The output of a binary; an error with its message when it fails. */
export function execute(binary, args) {
  try {
    return execFileSync(binary, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    const reason = (error.stderr || error.message).trim();
    throw new Error(`${basename(binary)} ${args.slice(0, 2).join(' ')} failed:\n${reason}`);
  }
}
