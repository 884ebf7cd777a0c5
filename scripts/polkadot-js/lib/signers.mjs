// The accounts that sign.

import { readFileSync } from 'node:fs';
import { Keyring } from '@polkadot/api';
import { cryptoWaitReady } from '@polkadot/util-crypto';
import { InvalidArgumentError } from 'commander';
import { repeated } from './arguments.mjs';

/** Well-known accounts of development chains. */
export const DEVELOPMENT_NAMES = ['Alice', 'Bob', 'Charlie', 'Dave', 'Eve', 'Ferdie'];

/** Options of every script that signs; `many` is added to their help. */
export const signerOptions = (many = '') => [
  repeated('--signer-file <FILE>', `account.key of the hospital that signs${many}`),
  repeated(
    '--dev <NAME>',
    `well-known account that signs: ${DEVELOPMENT_NAMES.join(', ')}${many}`,
    developmentName,
  ),
];

function developmentName(text) {
  const name = text.charAt(0).toUpperCase() + text.slice(1).toLowerCase();
  if (DEVELOPMENT_NAMES.includes(name)) return name;
  throw new InvalidArgumentError(`expected one of ${DEVELOPMENT_NAMES.join(', ')}`);
}

/** The key pair of a development account. */
export async function developmentSigner(name) {
  await cryptoWaitReady();
  return new Keyring({ type: 'sr25519' }).addFromUri(`//${name}`, { name });
}

/** The key pairs that a command line names, at least one. */
export async function readSigners({ signerFile = [], dev = [] }) {
  if (signerFile.length + dev.length === 0)
    throw new Error('the signer is missing; give --signer-file FILE or --dev NAME');
  await cryptoWaitReady();
  const keyring = new Keyring({ type: 'sr25519' });
  const fromFiles = signerFile.map((file) => {
    let secret;
    try {
      secret = readFileSync(file, 'utf8').trim();
    } catch (error) {
      throw new Error(`cannot read the account key ${file}: ${error.code}`);
    }
    try {
      return keyring.addFromUri(secret);
    } catch {
      throw new Error(
        `${file} is not an account key; expected a secret phrase, or 0x and 64 hexadecimal digits`,
      );
    }
  });
  return [...fromFiles, ...(await Promise.all(dev.map(developmentSigner)))];
}

/** The one key pair that a command line names. */
export async function readSigner(values) {
  const signers = await readSigners(values);
  if (signers.length > 1) throw new Error('more than one signer; give one --signer-file or --dev');
  return signers[0];
}
