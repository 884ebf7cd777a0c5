// The key management entities (KMEs) of a development network: one for each member, and simulated quantum
// links.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '@consilium/client';
import { stringify } from 'smol-toml';
import { required } from './arguments.mjs';
import { execute } from './execute.mjs';
import { Program } from './processes.mjs';

/** Ports that one KME takes: for its SAE, for other KMEs, for its operator. */
export const PORTS_OF_A_KME = 3;

/** Kilometres of fibre between two neighbours. */
const FIBRE_KM = 25;

export const kmeId = (member) => `kme-${member}`;

/** The folder of the KMEs of a network. */
export const kmeFolder = (folder) => join(folder, 'kmes');

/** The configuration of a member's KME. */
export const kmeConfiguration = (folder, member) => join(kmeFolder(folder), `${kmeId(member)}.toml`);

/**
 * The links between members, in pairs: a star around the first, or a ring.
 *
 * @param {string[]} members
 * @param {'star' | 'ring'} topology
 */
export function topologyLinks(members, topology) {
  const [first, ...others] = members;
  if (topology === 'star' || members.length < 3) return others.map((other) => [first, other]);
  return members.map((member, index) => [member, members[(index + 1) % members.length]]);
}

/**
 * Makes certificates and configurations of one KME for each member.
 *
 * @param {string} folder of the network
 * @param {string} binary consilium-kme
 * @param {{ id: string, saeId: string }[]} members
 * @param {{ topology: 'star' | 'ring', ports: number[], eavesdropped?: [string, string] | null }} options
 *   `eavesdropped` is the link with an eavesdropper from the start
 * @returns {{ id: string, kme: string, operator: string, links: string[] }[]} each member's KME: its id, the
 *   URL for the operator, and the KMEs it is linked with
 */
export function prepareKmes(folder, binary, members, { topology, ports, eavesdropped = null }) {
  const home = kmeFolder(folder);
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const pki = join(home, 'pki');
  const names = members.flatMap(({ id, saeId }) => ['--kme', `${kmeId(id)}=127.0.0.1`, '--sae', saeId]);
  execute(binary, ['certs', '--out', pki, ...names]);

  const ids = members.map(({ id }) => id);
  const links = topologyLinks(ids, topology);
  const neighbours = (id) =>
    links.flatMap((link) => (link.includes(id) ? link.filter((end) => end !== id) : []));
  const place = (id) => {
    const [sae, peers, operator] = ports
      .slice(ids.indexOf(id) * PORTS_OF_A_KME)
      .map((port) => `127.0.0.1:${port}`);
    return { sae, peers, operator };
  };
  const isEavesdropped = (one, other) =>
    eavesdropped !== null && eavesdropped.includes(one) && eavesdropped.includes(other);
  const linked = (id) => neighbours(id).map(kmeId);
  const network = members.map(({ id, saeId }) => ({ kme: kmeId(id), saes: [saeId], links: linked(id) }));
  return members.map(({ id }) => {
    const own = neighbours(id).map((peer) => ({
      peer: kmeId(peer),
      // The end with the smaller id dials.
      ...(kmeId(id) < kmeId(peer) && { address: place(peer).peers }),
      simulation: {
        preset: 'metropolitan',
        length_km: FIBRE_KM,
        ...(isEavesdropped(id, peer) && { intercept_resend: 1 }),
      },
    }));
    const { sae, peers, operator } = place(id);
    const file = (suffix) => join(pki, `${kmeId(id)}${suffix}`);
    const configuration = {
      id: kmeId(id),
      tls: { ca: join(pki, 'ca.pem'), certificate: file('.pem'), key: file('.key') },
      sae: { listen: sae },
      operator: { listen: operator },
      peers: { listen: peers },
      ...{ links: own, network },
    };
    writeFileSync(kmeConfiguration(folder, id), stringify(configuration, { numbersAsFloat: true }));
    return { id, kme: kmeId(id), operator: `http://${operator}`, links: linked(id) };
  });
}

/** The table `qkd` of a member's hospital.toml. */
export function quantumTable(folder, members, ports, { id, saeId }) {
  const pki = join(kmeFolder(folder), 'pki');
  const port = ports[members.findIndex((member) => member.id === id) * PORTS_OF_A_KME];
  return {
    kme: `https://127.0.0.1:${port}`,
    ca: join(pki, 'ca.pem'),
    certificate: join(pki, `${saeId}.pem`),
    key: join(pki, `${saeId}.key`),
    store_key: 'keys/key-store.key',
  };
}

const KMES = 'kmes.json in the folder of a devnet';

const isName = (value) => typeof value === 'string' && value !== '';
const isHttp = (value) => isName(value) && URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);

/** What each KME in the file has: a check, and what would be right. */
const KME_KEYS = {
  id: [isName, 'the id of a member such as "alice"'],
  kme: [isName, 'the id of its KME such as "kme-alice"'],
  operator: [isHttp, 'the URL for the operator such as "http://127.0.0.1:20002"'],
};

/** The option that names the KMEs of a development network. */
export const kmesOption = () => required('--kmes <FILE>', KMES);

/** The KMEs in a kmes.json; an error names the file, the place in it, and what is right there. */
export function readKmes(file) {
  let text;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(`cannot read ${file}: ${error.code}; expected ${KMES}`);
  }
  let kmes;
  try {
    kmes = JSON.parse(text);
  } catch (error) {
    const message = error.message.replace(/\s+/g, ' ');
    throw new Error(`${file}${placeOf(error, text)} is not JSON: ${message}; expected ${KMES}`);
  }
  if (!Array.isArray(kmes) || kmes.length === 0) {
    throw new Error(`${file}: expected a list of at least one KME, as in ${KMES}`);
  }
  kmes.forEach((kme, index) => {
    for (const [key, [isRight, right]] of Object.entries(KME_KEYS)) {
      if (isRight(kme?.[key])) continue;
      const found = kme?.[key] === undefined ? 'nothing' : JSON.stringify(kme[key]);
      throw new Error(`${file}: [${index}].${key}: expected ${right}, found ${found}`);
    }
  });
  return kmes;
}

/** Where JSON.parse met an error: `:line:column`, or nothing where it does not tell. */
function placeOf({ message }, text) {
  const told = /at position (\d+)/.exec(message)?.[1];
  const quoted = /, (?:\.\.\.)?"(.*?)"(?:\.\.\.)? is not valid JSON$/s.exec(message)?.[1];
  const unexpected = /^Unexpected token '?(.)'?, /su.exec(message)?.[1];
  // Of a long text, ten characters before the token and after it are quoted.
  const from = quoted === undefined ? -1 : text.indexOf(quoted);
  const shown = from < 0 ? -1 : text.indexOf(unexpected, from + (message.includes(', ..."') ? 10 : 0));
  const at = told !== undefined ? Number(told) : /end of JSON/.test(message) ? text.length : shown;
  if (at < 0) return '';
  const lines = text.slice(0, at).split('\n');
  return `:${lines.length}:${lines.at(-1).length + 1}`;
}

/** The links of all these KMEs, each once, as its end with the smaller id sees it. */
export async function readLinks(kmes) {
  const views = await Promise.all(
    kmes.map(async ({ kme, operator }) => (await linksOf(operator)).map((link) => ({ kme, ...link }))),
  );
  return views.flat().filter(({ kme, peer }) => kme < peer);
}

/** The link status of one KME, as `GET /links` reports it. */
export async function linksOf(operator) {
  const answer = await fetch(`${operator}/links`).catch((error) => {
    const reason = error.cause?.message ?? error.message;
    throw new Error(`the KME at ${operator} does not answer (${reason}); is it running?`);
  });
  return answer.json();
}

/**
 * Puts an eavesdropper who intercepts this fraction of the pulses on the simulated link between two members.
 */
export async function setEavesdropper(kmes, link, fraction) {
  // The end with the smaller id simulates the link.
  const [here, there] = [...link].sort();
  const { operator } = kmes.find(({ id }) => id === here);
  const body = JSON.stringify({ intercept_resend: fraction });
  const answer = await fetch(`${operator}/links/${kmeId(there)}/eavesdropper`, { method: 'PUT', body });
  if (!answer.ok) throw new Error(`the KME at ${operator} refuses the eavesdropper: ${await answer.text()}`);
}

const SECONDS_TO_START = 60;

/** One member's KME, for tests that stop it. */
export class Kme extends Program {
  /**
   * @param {string} folder of the network
   * @param {string} binary consilium-kme
   * @param {{ id: string, kme: string, operator: string }} place as `prepareKmes` returns it
   * @param {boolean} group whether it has its own process group
   */
  constructor(folder, binary, { id, kme, operator }, group = false) {
    const configuration = kmeConfiguration(folder, id);
    super(binary, { logFile: configuration.replace(/\.toml$/, '.log'), group });
    Object.assign(this, { id, kme, operator, configuration });
  }

  start() {
    super.start(['run', '--config', this.configuration]);
  }

  links() {
    return linksOf(this.operator);
  }

  /** Waits until all links, or that to one peer, are in this state, and returns them. */
  waitForLinks(state, peer = null) {
    const probe = async () => {
      const links = (await this.links()).filter((link) => peer === null || link.peer === peer);
      return links.length > 0 && links.every((link) => link.state === state) ? links : null;
    };
    const seen = async () => JSON.stringify(await this.links());
    return until(
      `links of ${this.kme} to be ${state}; its log is ${this.logFile}`,
      SECONDS_TO_START,
      probe,
      seen,
    );
  }
}
