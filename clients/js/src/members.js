// The members of the consortium.

import { decodeAddress, encodeAddress } from '@polkadot/util-crypto';

/** @import { Chain, Hospital } from './types.js' */

/**
 * All members, in the order of their accounts.
 *
 * @param {Chain} chain
 * @param {string} [at] hash of a block; by default the best one
 * @returns {Promise<Hospital[]>}
 */
export const readMembers = (chain, at) => chain.rpc('hospitals_list', at);

/** Active members that have records, in the order of their names. @param {Hospital[]} members */
export const trainers = (members) =>
  members
    .filter(({ roles, suspended }) => roles.includes('Trainer') && !suspended)
    .sort((a, b) => a.name.localeCompare(b.name));

/**
 * A function from an account to the name of its hospital, or to the account itself when it is not a member's.
 *
 * @param {Hospital[]} members
 * @returns {(account: string) => string}
 */
export function nameOf(members) {
  const names = new Map(members.map(({ account, name }) => [account, name]));
  return (account) => names.get(account) ?? account;
}

/** The account of a member given by address or by name. @param {Hospital[]} members @param {string} text */
export function resolveMember(members, text) {
  const named = members.filter(({ name }) => name.toLowerCase() === text.toLowerCase());
  if (named.length === 1) return named[0].account;
  let account;
  try {
    account = encodeAddress(decodeAddress(text), 42);
  } catch {
    throw new Error(`no member is called "${text}", and it is not an address; list-hospitals.mjs shows both`);
  }
  if (!members.some((member) => member.account === account)) {
    throw new Error(`${text} is not the address of a member`);
  }
  return account;
}
