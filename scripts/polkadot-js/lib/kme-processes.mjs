// Key management entities under the control of this process: for tests that stop them.

import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { kmeConfiguration, linksOf } from './kmes.mjs';
import { until } from './wait.mjs';

const SECONDS_TO_START = 60;

/** One member's KME. */
export class KmeProcess {
  /**
   * @param {string} folder of the network
   * @param {string} binary consilium-kme
   * @param {{ id: string, kme: string, operator: string }} place as `prepareKmes` gives it
   */
  constructor(folder, binary, place) {
    const { id, kme, operator } = place;
    Object.assign(this, { id, kme, operator });
    this.binary = binary;
    this.configuration = kmeConfiguration(folder, place.id);
    this.logFile = this.configuration.replace(/\.toml$/, '.log');
    this.process = null;
    // Whatever happens to this process, its KMEs end with it.
    process.once('exit', () => this.process?.kill('SIGKILL'));
  }

  start() {
    const log = openSync(this.logFile, 'a');
    this.process = spawn(this.binary, ['run', '--config', this.configuration], {
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    this.ended = new Promise((resolve) =>
      this.process.once('exit', () => {
        this.process = null;
        resolve();
      }),
    );
  }

  signal(name) {
    this.process?.kill(name);
  }

  async kill() {
    this.signal('SIGKILL');
    await this.ended;
  }

  log() {
    return readFileSync(this.logFile, 'utf8');
  }

  links() {
    return linksOf(this.operator);
  }

  /** Waits until all links, or that to one peer, are in this state, and returns them. */
  async waitForLinks(state, peer = null) {
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
