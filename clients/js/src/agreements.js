// Data-use agreements.

import { stringToHex } from '@polkadot/util';
import { findEvent, submit } from './submit.js';

/** @import { Agreement, AgreementTerms, Chain } from './types.js' */
/** @import { Options, Signer } from './submit.js' */

/**
 * Proposes an agreement, which is also its proposer's signature.
 *
 * @param {Chain} chain
 * @param {AgreementTerms} terms
 * @param {Signer} signer
 * @param {Options} [options]
 * @returns {Promise<number>} its id
 */
export async function proposeAgreement({ api }, terms, signer, options) {
  const call = api.tx.accessControl.proposeAgreement({ ...terms, purpose: stringToHex(terms.purpose) });
  const { events } = await submit(api, call, signer, options);
  return findEvent(events, 'accessControl.AgreementProposed').data.agreement.toNumber();
}

/**
 * Signs an agreement. With the last party's signature it is active.
 *
 * @param {Chain} chain
 * @param {number} id
 * @param {Signer} signer
 * @param {Options} [options]
 */
export const signAgreement = ({ api }, id, signer, options) =>
  submit(api, api.tx.accessControl.signAgreement(id), signer, options);

/**
 * One agreement; an error when there is none.
 *
 * @param {Chain} chain
 * @param {number} id
 * @returns {Promise<Agreement>}
 */
export async function readAgreement({ api }, id) {
  const found = /** @type {any} */ (await api.call.agreementsApi.agreement(id));
  if (found.isNone) throw new Error(`there is no agreement ${id}`);
  const { terms, signatures, status } = found.unwrap();
  return {
    purpose: terms.purpose.toUtf8(),
    document: terms.document.toHex(),
    parties: terms.parties.map(String),
    expiresAt: terms.expiresAt.unwrapOr(null)?.toNumber() ?? null,
    signatures: signatures.map(String),
    status: status.type,
  };
}
