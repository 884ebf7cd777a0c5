import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cidOf } from '../src/index.js';

describe('the address of a blob', () => {
  it('is that of the specification: the CIDv1 of the raw bytes "hello world"', () => {
    const sha256 = '0xb94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9';
    assert.equal(cidOf(sha256), 'bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e');
  });
});
