import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { until } from '../src/index.js';

const message = async (promise) => {
  try {
    await promise;
  } catch (error) {
    return error.message;
  }
  return assert.fail('it did not give up');
};

describe('waiting', () => {
  it('returns the first value that is there', async () => {
    const values = [null, undefined, false, 0];
    assert.equal(await until('a number', 60, () => values.shift()), 0);
  });

  it('goes on after an error', async () => {
    const steps = [
      () => {
        throw new Error('not yet');
      },
      () => 'now',
    ];
    assert.equal(await until('it', 60, () => steps.shift()()), 'now');
  });

  it('names the present state when it gives up', async () => {
    const seen = await message(
      until(
        'three updates',
        0,
        () => null,
        async () => 'one update',
      ),
    );
    assert.equal(seen, 'timed out after 0 s waiting for three updates; last seen: one update');
    assert.equal(await message(until('it', 0, () => null)), 'timed out after 0 s waiting for it');
  });

  it('names the last error and the present state when it gives up', async () => {
    const fail = () => {
      throw new Error('no connection');
    };
    const seen = await message(until('it', 0, fail, () => 'nothing'));
    assert.equal(
      seen,
      'timed out after 0 s waiting for it; the last error was: no connection; last seen: nothing',
    );
  });

  it('says why the present state is unknown', async () => {
    const fail = async () => {
      throw new Error('no connection');
    };
    const seen = await message(until('it', 0, () => null, fail));
    assert.equal(seen, 'timed out after 0 s waiting for it; the present state is unknown: no connection');
  });

  it('gives up on a probe that never answers', async () => {
    const seen = await message(
      until(
        'it',
        0,
        () => new Promise(() => {}),
        () => 'silence',
      ),
    );
    assert.equal(
      seen,
      'timed out after 0 s waiting for it; the last error was: no answer in 5 s; last seen: silence',
    );
  });
});
