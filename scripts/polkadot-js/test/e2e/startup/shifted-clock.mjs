// Another time of day for one process.

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execute } from '../../../lib/execute.mjs';

const SOURCE = fileURLToPath(new URL('clock-shift.c', import.meta.url));

/** The environment in which a program's clock is ahead by so many seconds; `folder` gets a library. */
export function shiftedClock(folder, seconds) {
  const library = join(folder, 'clock-shift.so');
  execute('clang', ['-shared', '-fPIC', '-O1', '-o', library, SOURCE, '-ldl']);
  return { LD_PRELOAD: library, CLOCK_SHIFT: String(seconds) };
}
