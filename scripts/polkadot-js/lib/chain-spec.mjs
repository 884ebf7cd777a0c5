// Chain specifications that differ from the built-in ones.

import { readFileSync, writeFileSync } from 'node:fs';
import { execute } from './execute.mjs';

/**
 * Writes the specification of a built-in chain, changed before its genesis is built.
 *
 * @param {string} node the binary
 * @param {string} chain `dev`, `local` or `committee`
 * @param {string} file to write
 * @param {(patch: object) => void} [change] changes the patch of the runtime's genesis
 */
export function writeChainSpec(node, chain, file, change = () => {}) {
  execute(node, ['export-chain-spec', '--chain', chain, '--output', file]);
  const spec = JSON.parse(readFileSync(file, 'utf8'));
  change(spec.genesis.runtimeGenesis.patch);
  writeFileSync(file, JSON.stringify(spec));
  return spec;
}
