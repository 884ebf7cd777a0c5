#!/usr/bin/env node
// Admits a hospital to a development chain: a motion of the council, with three of its four votes.
//
//   examples/admit-hospital.mjs keys/identity.json [ws://127.0.0.1:9944]

import { readFileSync } from 'node:fs';
import { Keyring } from '@polkadot/api';
import { stringToHex } from '@polkadot/util';
import { cryptoWaitReady } from '@polkadot/util-crypto';
import { connect, findEvent, submit } from '@consilium/client';

const [file, url = 'ws://127.0.0.1:9944'] = process.argv.slice(2);
if (!file) throw new Error('expected the path of an identity.json, as `hospital keys generate` writes it');
const identity = JSON.parse(readFileSync(file, 'utf8'));

await cryptoWaitReady();
const keyring = new Keyring({ type: 'sr25519' });
const voters = ['Alice', 'Bob', 'Charlie'].map((name) => keyring.addFromUri(`//${name}`));

const { api, disconnect } = await connect(url);
const admit = api.tx.hospitalRegistry.admit(
  identity.account,
  stringToHex(identity.name),
  ['Trainer', 'Compute'],
  { mlDsa65: identity.ml_dsa_65, mlKem768: identity.ml_kem_768 },
  stringToHex(identity.sae_id),
);
const motion = await submit(api, api.tx.council.propose(voters.length, admit, admit.length), voters[0]);
const { proposalIndex, proposalHash } = findEvent(motion.events, 'council.Proposed').data;
await Promise.all(
  voters.map((voter) => submit(api, api.tx.council.vote(proposalHash, proposalIndex, true), voter)),
);
// More weight than admission can cost, less than a block has.
const weight = { refTime: 400_000_000_000n, proofSize: 10_000_000n };
const close = api.tx.council.close(proposalHash, proposalIndex, weight, admit.length);
const closed = await submit(api, close, voters[0]);
findEvent(closed.events, 'hospitalRegistry.HospitalAdmitted');
console.log(`${identity.name} is a member`);
await disconnect();
