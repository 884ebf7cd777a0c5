import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { describe, it } from 'node:test';
import { until } from '@consilium/client';

const LIBRARY = new URL('../../lib/processes.mjs', import.meta.url).href;

const isAlive = (pid) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

/**
 * A script that starts a shell in its own process group, which starts another program, and then runs `then`.
 */
const script = (then) => `
  import { writeFileSync, mkdirSync } from 'node:fs';
  import { Program, whileRunning, withFolder } from '${LIBRARY}';
  process.exitCode = await withFolder('test', async (folder) => {
    mkdirSync(folder + '/network');
    writeFileSync(folder + '/network/alice.log', '2026-01-01 00:00 WARN one\\n2026-01-01 00:00 INFO two\\n');
    const shell = new Program('sh', { group: true, logFile: folder + '/sh.log' });
    shell.start(['-c', 'sleep 300 & echo $!; wait']);
    await new Promise((resolve) => setTimeout(resolve, 300));
    console.log(JSON.stringify({ folder, shell: shell.pid, other: Number(shell.log()) }));
    const forever = setInterval(() => {}, 1000);
    const wait = new Promise(() => {});
    try { ${then} } finally { clearInterval(forever); }
  }).catch((error) => { console.error('error: ' + error.message); return 1; });
`;

/** Runs such a script; `action` gets what it has started. */
async function runScript(then, action = () => {}) {
  const child = spawn(process.execPath, ['--input-type=module', '-e', script(then)]);
  const ended = new Promise((resolve) => child.once('close', (code, signal) => resolve({ code, signal })));
  let [out, err] = ['', ''];
  child.stdout.on('data', (text) => (out += text));
  child.stderr.on('data', (text) => (err += text));
  const started = await until(
    'the script to start',
    20,
    () => out.includes('\n') && JSON.parse(out.split('\n')[0]),
  );
  await action(child, started);
  return { ...(await ended), err, started };
}

const ensureGone = ({ shell, other }) =>
  until('the end of the group', 5, () => !isAlive(shell) && !isAlive(other));

describe('a supervisor', () => {
  it('ends all programs and removes the folder when all went well', async () => {
    const { code, err, started } = await runScript('return 0;');
    assert.deepEqual([code, err, existsSync(started.folder)], [0, '', false]);
    await ensureGone(started);
  });

  it('keeps the folder and prints the warnings when something failed', async () => {
    const { code, err, started } = await runScript("throw new Error('no');");
    assert.equal(code, 1);
    assert.match(err, /Last warnings and errors of alice:\n2026-01-01 00:00 WARN one\n\nThe logs .* are in/);
    assert.match(err, /error: no/);
    await ensureGone(started);
    rmSync(started.folder, { recursive: true });
  });

  for (const [signal, expected] of Object.entries({ SIGINT: 130, SIGTERM: 143, SIGHUP: 129 })) {
    it(`ends all programs in order on ${signal}, and names the folder`, async () => {
      const kill = (child) => child.kill(signal);
      const { code, err, started } = await runScript("await whileRunning([['it', shell]], wait);", kill);
      assert.equal(code, expected);
      assert.match(err, /^Last warnings and errors of alice:[^]*The logs of the nodes are in \S+\n$/);
      await ensureGone(started);
      rmSync(started.folder, { recursive: true });
    });
  }

  it('fails when a program that is needed ends', async () => {
    const kill = (_, { shell }) => process.kill(-shell, 'SIGKILL');
    const { code, err, started } = await runScript("await whileRunning([['the shell', shell]], wait);", kill);
    assert.equal(code, 1);
    assert.match(err, /error: the shell has ended; the end of its log:\n\d+/);
    rmSync(started.folder, { recursive: true });
  });
});

describe('a log', () => {
  it('is read from its end', async () => {
    const { logTail } = await import(LIBRARY);
    const file = new URL(import.meta.url).pathname;
    assert.equal(logTail(file, 1), readFileSync(file, 'utf8').trimEnd().split('\n').at(-1));
  });
});
