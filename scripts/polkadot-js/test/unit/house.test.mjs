// The house check, on a repository that has one offence of each kind.

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

const REPOSITORY = fileURLToPath(new URL('../../../..', import.meta.url));
const SAFE_LOCK = '[[package]]\nname = "serde"\nversion = "1.0.228"\n';
const PROGRAMS = { npm: 'exit 0', cargo: 'exit 0', 'cargo-deny': 'echo "cargo-deny 0.20.2"' };

describe('scripts/house.sh', () => {
  const folder = mkdtempSync(join(tmpdir(), 'consilium-house-'));

  const write = (path, text) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
    execFileSync('git', ['add', '--force', path], { cwd: folder });
  };

  const program = (name, script) => {
    mkdirSync(join(folder, 'bin'), { recursive: true });
    writeFileSync(join(folder, 'bin', name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, 'bin', name), 0o755);
  };

  /** Exit code and lines of the check. */
  const house = (...options) => {
    const env = {
      ...process.env,
      PATH: `${join(folder, 'bin')}:${process.env.PATH}`,
      XDG_CACHE_HOME: join(folder, 'cache'),
    };
    const { status, stdout, stderr } = spawnSync(join(folder, 'scripts/house.sh'), options, {
      env,
      encoding: 'utf8',
    });
    return { status, output: stdout + stderr };
  };

  before(() => {
    execFileSync('git', ['init', '--quiet'], { cwd: folder });
    for (const path of ['scripts/house.sh', 'scripts/house', 'scripts/lib']) {
      cpSync(join(REPOSITORY, path), join(folder, path), { recursive: true });
    }
  });

  after(() => rmSync(folder, { recursive: true }));

  beforeEach(() => {
    execFileSync('git', ['rm', '-r', '--quiet', '--cached', '--ignore-unmatch', '.'], { cwd: folder });
    write('docs/glossary.md', '```words\nfnord words? => plain words\n```\n');
    write('Cargo.toml', 'rust-version = "1.92"\n');
    write('Cargo.lock', SAFE_LOCK);
    write('deny.toml', '[advisories]\nignore = []\n');
    write('package-lock.json', '{}');
    write('node_modules/.installed-lock.json', '{}');
    for (const [name, script] of Object.entries(PROGRAMS)) program(name, script);
  });

  /** The check must fail with this line. */
  const refuses = (line, ...options) => {
    const { status, output } = house(...options);
    assert.equal(status, 1, output);
    assert.match(output, line);
  };

  it('passes when nothing is wrong', () => {
    write('src/lib.rs', `\t${'x'.repeat(106)}\n`.repeat(500));
    const { status, output } = house();
    assert.equal(status, 0, output);
  });

  it('finds a line that is too long, and counts a tab as four characters', () => {
    write('README.md', `one\n${'x'.repeat(111)}\n`);
    refuses(/^README\.md:2: 111 characters/m, '--fast');
    write('README.md', `\t${'x'.repeat(107)}\n`);
    refuses(/^README\.md:1: 111 characters/m, '--fast');
  });

  it('allows a long line that is one URL, and generated files', () => {
    write('README.md', `[1]: https://example.org/${'x'.repeat(111)}\n`);
    write('Cargo.lock', `${SAFE_LOCK}# ${'x'.repeat(111)}\n`);
    assert.equal(house('--fast').status, 0);
    write('README.md', `See https://example.org/${'x'.repeat(111)}\n`);
    refuses(/^README\.md:1: /m, '--fast');
  });

  it('finds a source file that is too long', () => {
    write('src/lib.rs', '//\n'.repeat(501));
    refuses(/^src\/lib\.rs:501: 501 lines/m, '--fast');
  });

  it('finds a word not to be used, in any case and over the end of a line', () => {
    write('src/lib.rs', '//! Nothing.\n/// Bob says a fnord\n\t/// Word.\n');
    refuses(/^src\/lib\.rs:2: "fnord Word" .* plain words/m, '--fast');
    write('src/lib.rs', '/// Some fnords and a wording.\n');
    assert.equal(house('--fast').status, 0);
  });

  it('finds scripts that are not formatted, or that the linter refuses', () => {
    for (const name of ['format:check', 'lint']) {
      program('npm', `case $* in run*${name}) exit 1 ;; esac`);
      refuses(/these checks failed: scripts;/, '--fast');
    }
  });

  it('finds an advisory that has no reason, and a reason that has no advisory', () => {
    write('Cargo.lock', '[[package]]\nname = "ring"\nversion = "0.17.11"\n');
    refuses(/^Cargo\.lock:1: ring 0\.17\.11: RUSTSEC-2025-0009 .*>= 0\.17\.12/m, '--fast');
    write('deny.toml', '[advisories]\nignore = [\n{ id = "RUSTSEC-2025-0009" },\n]\n');
    refuses(/^deny\.toml:3: RUSTSEC-2025-0009 has no reason/m, '--fast');
    write('deny.toml', '[advisories]\nignore = [\n{ id = "RUSTSEC-2025-0009", reason = "a test" },\n]\n');
    assert.equal(house('--fast').status, 0);
    write('Cargo.lock', '[[package]]\nname = "ring"\nversion = "0.17.12"\n');
    refuses(/^deny\.toml:3: RUSTSEC-2025-0009 no longer applies/m, '--fast');
  });

  it('fails when cargo deny does, but for --fast', () => {
    program('cargo', 'case $* in deny*check*) exit 1 ;; esac');
    refuses(/these checks failed: dependencies;/);
    assert.equal(house('--fast').status, 0);
  });
});
