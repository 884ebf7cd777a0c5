import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { until } from '../../lib/wait.mjs';

const message = async (promise) => {
  try {
    await promise;
  } catch (error) {
    return error.message;
  }
  return assert.fail('it did not give up');
};

describe('waiting', () => {
  it('gives the first value that is there', async () => {
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

  it('names what there is when it gives up', async () => {
    const seen = await message(
      until(
        'three updates',
        0,
        () => null,
        async () => 'one update',
      ),
    );
    assert.equal(seen, 'waited 0 seconds for three updates in vain; last seen: one update');
    assert.equal(await message(until('it', 0, () => null)), 'waited 0 seconds for it in vain');
  });

  it('names the last error when it gives up, with what there is', async () => {
    const fail = () => {
      throw new Error('no connection');
    };
    const seen = await message(until('it', 0, fail, () => 'nothing'));
    assert.equal(
      seen,
      'waited 0 seconds for it in vain; the last error was: no connection; last seen: nothing',
    );
  });

  it('says why it cannot tell what there is', async () => {
    const fail = async () => {
      throw new Error('no connection');
    };
    const seen = await message(until('it', 0, () => null, fail));
    assert.equal(
      seen,
      'waited 0 seconds for it in vain; what there is instead cannot be told: no connection',
    );
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
      'waited 0 seconds for it in vain; the last error was: no answer in 5 seconds; last seen: silence',
    );
  });
});
