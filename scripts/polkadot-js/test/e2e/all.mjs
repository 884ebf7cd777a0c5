// All end-to-end tests: two halves side by side, each in a process and on a network of its own. What the second says is
// printed after the first.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const HALVES = ['calls-and-checks', 'rounds-and-failures'];

const running = HALVES.map((half, index) => {
  const file = fileURLToPath(new URL(`./all/${half}.mjs`, import.meta.url));
  const stdout = index === 0 ? 'inherit' : 'pipe';
  const child = spawn(process.execPath, ['--test-reporter=spec', file], {
    stdio: ['ignore', stdout, 'inherit'],
  });
  const chunks = [];
  child.stdout?.on('data', (chunk) => chunks.push(chunk));
  return { ended: once(child, 'close'), chunks };
});

for (const { ended, chunks } of running) {
  const [code] = await ended;
  process.stdout.write(Buffer.concat(chunks));
  if (code !== 0) process.exitCode = 1;
}
