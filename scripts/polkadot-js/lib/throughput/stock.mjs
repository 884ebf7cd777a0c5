// Remarks with an event per second on the stock solochain template of polkadot-sdk.

import { submitAll } from '@consilium/client';
import { Keyring } from '@polkadot/api';
import { cryptoWaitReady } from '@polkadot/util-crypto';
import { withLoneNode } from './lone-node.mjs';
import { signedHex } from './ours.mjs';
import { underLoad } from './run.mjs';

/** Bytes of a remark. */
const REMARK_BYTES = 32;

/** What each account gets for fees, in units of which the template's existential deposit is 1e9. */
const FUNDS = 5n * 10n ** 15n;

/**
 * Measures `system.remark_with_event` on a fresh chain with one node.
 *
 * @param {object} options
 * @param {string} options.node path of solochain-template-node
 * @param {string} options.folder for the node's files; must not exist
 * @param {number} [options.transactions]
 * @param {number} [options.accounts] that send them
 */
export async function measureStock({ node: binary, folder, transactions = 20_000, accounts = 100 }) {
  await cryptoWaitReady();
  const keyring = new Keyring({ type: 'sr25519' });
  const alice = keyring.addFromUri('//Alice');
  const senders = Array.from({ length: accounts }, (_, index) => keyring.addFromUri(`//Alice//${index}`));
  const each = Math.ceil(transactions / accounts);
  return withLoneNode({ binary, folder, chain: 'dev' }, async (chain, node) => {
    const { api } = chain;
    const transfers = senders.map(({ address }) => api.tx.balances.transferKeepAlive(address, FUNDS));
    await submitAll(api, transfers, alice, { until: 'in-block' });
    const signed = senders.map((signer, sender) =>
      Array.from({ length: each }, (_, nonce) => {
        const remark = (sender * each + nonce).toString(16).padStart(2 * REMARK_BYTES, '0');
        const call = api.tx.system.remarkWithEvent(`0x${remark}`);
        return signedHex(api, call, signer, nonce);
      }),
    );
    return underLoad(chain, node, {
      accounts: senders.map(({ address }) => address),
      nonces: senders.map(() => 0),
      count: each,
      event: 'system.Remarked',
      feed: async (push) => signed.forEach((own, sender) => push(sender, own.splice(0))),
    });
  });
}
