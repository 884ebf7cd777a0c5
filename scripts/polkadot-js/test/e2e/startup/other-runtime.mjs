// Chain specifications whose runtime calls itself another version: executors read it from a section of the
// wasm file (sp-version, `runtime_version`).

import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { writeChainSpec } from '../../../lib/chain-spec.mjs';

/** The first bytes of code that is compressed with Zstandard (sp-maybe-compressed-blob). */
const COMPRESSED = Buffer.from('52bc537646db8e05', 'hex');

/** The names before the version of the specification, in SCALE. */
const BEFORE = Buffer.concat([
  Buffer.from([4 * 'consilium'.length]),
  Buffer.from('consilium'),
  Buffer.from([4 * 'consilium-node'.length]),
  Buffer.from('consilium-node'),
  // The version of authoring.
  Buffer.from([1, 0, 0, 0]),
]);

/**
 * Writes the specification of the chain `local` whose runtime has a version that differs by `difference`.
 *
 * @returns {{ built: number, changed: number }} the version of the node, and that in the specification
 */
export function writeOtherRuntime(node, file, difference) {
  writeChainSpec(node, 'local', file);
  const spec = JSON.parse(readFileSync(file, 'utf8'));
  const code = decompressed(Buffer.from(spec.genesis.runtimeGenesis.code.slice(2), 'hex'));
  const place = code.indexOf(BEFORE);
  if (place < 0 || code.indexOf(BEFORE, place + 1) >= 0)
    throw new Error('the runtime has no section `runtime_version` of the expected form, or two');
  const built = code.readUInt32LE(place + BEFORE.length);
  code.writeUInt32LE(built + difference, place + BEFORE.length);
  spec.genesis.runtimeGenesis.code = `0x${code.toString('hex')}`;
  writeFileSync(file, JSON.stringify(spec));
  return { built, changed: built + difference };
}

function decompressed(code) {
  if (!code.subarray(0, COMPRESSED.length).equals(COMPRESSED)) return code;
  const options = { input: code.subarray(COMPRESSED.length), maxBuffer: 64 << 20 };
  return execFileSync('zstd', ['--decompress', '--stdout', '--quiet'], options);
}
