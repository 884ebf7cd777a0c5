// A consortium of many hospitals, whose keys this process has.

import { Keyring } from '@polkadot/api';
import { u8aToHex } from '@polkadot/util';
import { blake2AsU8a } from '@polkadot/util-crypto';
import { ml_dsa65 } from '@noble/post-quantum/ml-dsa';
import { writeChainSpec } from '../chain-spec.mjs';

/**
 * Hospitals with a signer and an ML-DSA-65 key pair each. The first is Alice, who makes the blocks of a
 * development chain.
 */
export function hospitals(count) {
  const keyring = new Keyring({ type: 'sr25519' });
  return Array.from({ length: count }, (_, index) => ({
    id: `hospital-${index}`,
    signer: keyring.addFromUri(index === 0 ? '//Alice' : `//Hospital//${index}`),
    mlDsa65: ml_dsa65.keygen(blake2AsU8a(`consilium/throughput/${index}`)),
  }));
}

/**
 * Writes the specification of a development chain whose members are these hospitals.
 *
 * @param {string} node the binary
 * @param {string} file to write
 * @param {object} [parameters] changes of the chain's parameters, such as `slotDuration`
 */
export function writeConsortium(node, file, members, parameters) {
  writeChainSpec(node, 'dev', file, (patch) => change(patch, members, parameters));
}

function change(patch, members, parameters) {
  // Nothing is encapsulated to these hospitals, so they may share the key of a development hospital.
  const [{ mlKem768 }] = patch.hospitalRegistry.hospitals;
  patch.hospitalRegistry.hospitals = members.map(({ id, signer, mlDsa65 }, index) => ({
    account: signer.address,
    name: id,
    roles: index === 0 ? ['Trainer', 'Compute', 'Validator'] : ['Trainer'],
    mlDsa65: u8aToHex(mlDsa65.publicKey),
    mlKem768,
    saeId: id,
  }));
  Object.assign(patch.chainParameters, parameters);
}
