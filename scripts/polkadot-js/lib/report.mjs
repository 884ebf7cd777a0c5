// What watch-rounds.mjs prints.

import { pooled } from './study.mjs';
import { fixed, line, shortNames, table } from './table.mjs';

const METRICS = 'acc   AUC   loss';
const METRICS_WIDTH = 19;

const metricsCell = (metrics) =>
  metrics ? `${fixed(metrics.accuracy, 3)} ${fixed(metrics.auc, 3).padStart(5)} ${fixed(metrics.logLoss, 4)}` : '-';

/** The live table: one line for each finalised round. */
export class RoundTable {
  /**
   * @param {{ id: number, seed: string, hospitals: string[], maxRounds: number }[]} studies with the same hospitals
   * @param {(account: string) => string} name of a hospital
   */
  constructor(studies, name) {
    this.studies = new Map(studies.map((study) => [study.id, study]));
    this.accounts = [...new Set(studies.flatMap(({ hospitals }) => hospitals))];
    this.names = shortNames(this.accounts.map(name));
    this.several = studies.length > 1;
    const columns = [...this.names, 'pooled'].map(() => METRICS_WIDTH);
    this.widths = [...(this.several ? [7] : []), 7, ...columns, -7, 40];
  }

  /** The head, two lines. */
  head() {
    const study = this.several ? ['study'] : [];
    const blank = this.several ? [''] : [];
    return [
      line([...study, 'round', ...this.names, 'pooled', 'seconds', 'committed'], this.widths),
      line([...blank, '', ...this.names.map(() => METRICS), 'acc   AUC*  loss', '', ''], this.widths),
    ].join('\n');
  }

  /** One finalised round. */
  round({ study, round, entry, seconds }) {
    const metrics = new Map(entry.attestations.map((attestation) => [attestation.hospital, attestation.metrics]));
    const committed = this.accounts.flatMap((account, index) => (entry.committed.includes(account) ? [this.names[index]] : []));
    return line(
      [
        ...(this.several ? [String(study)] : []),
        `${round}/${this.studies.get(study).maxRounds}`,
        ...this.accounts.map((account) => metricsCell(metrics.get(account) ?? null)),
        metricsCell(pooled(entry.attestations)),
        fixed(seconds, 1),
        committed.join(' '),
      ],
      this.widths,
    );
  }

  /** What the star means. */
  footnote() {
    return (
      '* over all test records, as their hospitals attest, each standardised by its own training records;\n' +
      "  the AUC is the mean of the hospitals' AUCs weighted by test records"
    );
  }
}

/**
 * The last model of each study, at each hospital and pooled.
 *
 * @param {{ study: object, last: object, seconds: (number | null)[] }[]} results with the last finalised round
 */
export function finalTable(results, name) {
  const rows = results.flatMap(({ study, last, seconds }) => {
    const metricsRow = (who, metrics) => [
      String(study.id),
      study.seed,
      who,
      metrics ? String(metrics.examples) : '-',
      fixed(metrics?.accuracy ?? null, 3),
      fixed(metrics?.auc ?? null, 3),
      fixed(metrics?.logLoss ?? null, 4),
      who === 'pooled *' ? fixed(mean(seconds.filter((value) => value !== null)), 1) : '',
    ];
    const metrics = new Map(last.attestations.map((attestation) => [attestation.hospital, attestation.metrics]));
    return [
      ...study.hospitals.map((account) => metricsRow(name(account), metrics.get(account))),
      metricsRow('pooled *', pooled(last.attestations)),
    ];
  });
  return table(['study', 'seed', 'hospital', 'test records', 'accuracy', 'AUC', 'log-loss', 's/round'], rows);
}

function mean(values) {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}
