// The members of the consortium, as the chain knows them.

import { decodeAddress, encodeAddress } from '@polkadot/util-crypto';

/**
 * All members, in the order of their accounts.
 *
 * @returns {Promise<{ account: string, name: string, roles: string[], saeId: string, admittedAt: number, keysSince: number,
 *   suspended: boolean, mlDsa65: Uint8Array, mlKem768: Uint8Array }[]>}
 */
export async function readMembers(api) {
  const members = await api.call.hospitalsApi.hospitals();
  return members.map(([account, hospital]) => ({
    account: account.toString(),
    name: hospital.name.toUtf8(),
    roles: hospital.roles.map((role) => role.type),
    saeId: hospital.saeId.toUtf8(),
    admittedAt: hospital.admittedAt.toNumber(),
    keysSince: hospital.keysSince.toNumber(),
    suspended: hospital.suspended.isTrue,
    // polkadot.js adds "_" to the names of fields that its own types use.
    mlDsa65: hospital.keys_.mlDsa65.toU8a(),
    mlKem768: hospital.keys_.mlKem768.toU8a(),
  }));
}

/** Active members that have records, in the order of their names. */
export const trainers = (members) =>
  members
    .filter(({ roles, suspended }) => roles.includes('Trainer') && !suspended)
    .sort((a, b) => a.name.localeCompare(b.name));

/** A function from an account to the name of its hospital, or to the account when nobody knows it. */
export function nameOf(members) {
  const names = new Map(members.map(({ account, name }) => [account, name]));
  return (account) => names.get(account) ?? account;
}

/** The account of a member given by address or by name. */
export function resolveMember(members, text) {
  const named = members.filter(({ name }) => name.toLowerCase() === text.toLowerCase());
  if (named.length === 1) return named[0].account;
  let account;
  try {
    account = encodeAddress(decodeAddress(text), 42);
  } catch {
    throw new Error(`no member is called "${text}", and it is no address; list-hospitals.mjs shows both`);
  }
  if (!members.some((member) => member.account === account))
    throw new Error(`${text} is the address of no member`);
  return account;
}
