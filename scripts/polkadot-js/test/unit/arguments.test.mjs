import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  command,
  integer,
  nodesOption,
  number,
  option,
  range,
  repeated,
  required,
} from '../../lib/arguments.mjs';

describe('a command line', () => {
  const options = () => [
    option('--rounds <N>', 'rounds', integer(1), 15),
    repeated('--dev <NAME>', 'names'),
    nodesOption(''),
    required('--agreement <ID>', 'the agreement'),
  ];
  const read = (...argv) => {
    const program = command('help', options()).configureOutput({ writeErr: () => {} });
    return program.parse(argv, { from: 'user' }).opts();
  };

  it('has defaults, and options that are repeated', () => {
    const node = ['ws://127.0.0.1:9944'];
    assert.deepEqual(read('--agreement', '3'), { rounds: 15, agreement: '3', node });
    const given = read(
      '--agreement',
      '3',
      '--dev',
      'Bob',
      '--dev',
      'Dave',
      '--node',
      'ws://a',
      '--node',
      'ws://b',
    );
    assert.deepEqual(
      [given.dev, given.node],
      [
        ['Bob', 'Dave'],
        ['ws://a', 'ws://b'],
      ],
    );
  });

  it('is refused with what is wrong and what would be right', () => {
    assert.throws(() => read(), /required option '--agreement <ID>' not specified/);
    assert.throws(() => read('--agreement', '3', '--colour'), /unknown option '--colour'/);
    assert.throws(() => read('--rounds', 'many'), /'many' is invalid\. expected a whole number from 1 on/);
    assert.throws(() => read('--rounds', '0'), /'0' is invalid\. expected a whole number from 1 on/);
  });
});

describe('a number', () => {
  const read = number(0, 99);

  it('may have a decimal point', () => {
    assert.deepEqual(['0', '1', '2.5', '99'].map(read), [0, 1, 2.5, 99]);
  });

  it('is refused beyond its range, and when it is none', () => {
    for (const text of ['-1', '99.1', '1e1', '.5', '5.', '1%', '']) {
      assert.throws(() => read(text), /expected a number from 0 to 99/, text);
    }
  });
});

describe('a script', () => {
  const run = (...args) => {
    const file = fileURLToPath(new URL('../../print-sealing.mjs', import.meta.url));
    const { status, stdout, stderr } = spawnSync(process.execPath, [file, ...args], { encoding: 'utf8' });
    return { status, stdout, stderr };
  };

  it('prints its help', () => {
    const { status, stdout } = run('--help');
    assert.equal(status, 0);
    assert.match(stdout, /--study <ID> +a study; repeat it for several/);
  });

  it('exits with 2 for a wrong command line, and with 1 for a failure, in one line', () => {
    assert.deepEqual([run().status, run('--study', 'x').status], [2, 2]);
    const failed = run('--study', '0', '--node', 'http://127.0.0.1:1');
    assert.equal(failed.status, 1);
    assert.equal(
      failed.stderr,
      'error: http://127.0.0.1:1 is not the address of a node; expected one such as ws://127.0.0.1:9944\n',
    );
    assert.match(
      run('--study', '0', '--node', 'ws://127.0.0.1:1').stderr,
      /^error: nothing answers at ws:.*\n$/,
    );
  });
});

describe('a range of seeds', () => {
  it('is one number, or up to 64', () => {
    assert.deepEqual(range('42'), [42]);
    assert.deepEqual(range('42-46'), [42, 43, 44, 45, 46]);
    const wrong = ['', '5-4', '1-65', 'a', '1-'];
    for (const text of wrong) assert.throws(() => range(text), /expected a number such as 42/);
  });
});
