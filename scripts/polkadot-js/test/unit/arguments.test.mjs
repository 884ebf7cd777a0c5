import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  decimal,
  hash,
  integer,
  integers,
  oneOf,
  range,
  readCommandLine,
  UsageError,
} from '../../lib/arguments.mjs';

describe('a command line', () => {
  const declaration = {
    usage: 'usage',
    options: {
      rounds: { type: 'string', parse: integer(1), default: 15 },
      'learning-rate': { type: 'string', parse: decimal },
      dev: { type: 'string', multiple: true },
      quiet: { type: 'boolean' },
    },
    positionals: ['subject'],
  };
  const read = (...argv) => readCommandLine(declaration, argv);

  it('gives values in camel case, with defaults', () => {
    const { values, positionals } = read(
      'study/0',
      '--learning-rate',
      '0.01',
      '--dev',
      'Bob',
      '--dev',
      'Dave',
    );
    assert.deepEqual(positionals, ['study/0']);
    assert.deepEqual(values, {
      rounds: 15,
      learningRate: 10_000_000n,
      dev: ['Bob', 'Dave'],
      quiet: undefined,
    });
  });

  it('is refused with what is wrong and what would be right', () => {
    assert.throws(() => read(), new UsageError('expected <subject>; see --help'));
    assert.throws(() => read('study/0', '--colour'), /Unknown option '--colour'.*see --help/);
    assert.throws(
      () => read('study/0', '--rounds', 'many'),
      new UsageError('--rounds many: expected a whole number from 1 on'),
    );
    assert.throws(() => read('study/0', '--rounds', '0'), /--rounds 0: expected a whole number from 1 on/);
  });
});

describe('a value', () => {
  it('is an exact decimal in units of 1e-9', () => {
    assert.equal(decimal('0.01'), 10_000_000n);
    assert.equal(decimal('1'), 1_000_000_000n);
    assert.equal(decimal('0.003162'), 3_162_000n);
    assert.equal(decimal('9999999999.999999999'), 9_999_999_999_999_999_999n);
    for (const wrong of ['', '-1', '1e-3', '.5', '0.0000000001', '0.1x'])
      assert.throws(() => decimal(wrong), /expected a number/);
  });

  it('is a range of seeds', () => {
    assert.deepEqual(range('42'), [42]);
    assert.deepEqual(range('42-46'), [42, 43, 44, 45, 46]);
    for (const wrong of ['', '5-4', '1-65', 'a', '1-'])
      assert.throws(() => range(wrong), /expected a number such as 42/);
  });

  it('is a hash, a list of widths, a word', () => {
    assert.equal(hash(`0x${'Ab'.repeat(32)}`), `0x${'ab'.repeat(32)}`);
    assert.throws(() => hash('0xab'), /64 hexadecimal digits/);
    assert.deepEqual(integers(1)('16, 8'), [16, 8]);
    assert.throws(() => integers(1)('16,0'), /whole number from 1/);
    assert.throws(() => oneOf('fedavg', 'fedadam')('sgd'), /one of fedavg, fedadam/);
  });
});
