// The output of watch-rounds.mjs.

import { finding, findingsOf, isRegression, pooled } from '@consilium/client';
import { fixed, line, shortNames, table } from './table.mjs';

const METRICS_WIDTH = 17;
const COUNTED = 'counted';

/** A full weight under the direction `Weight` (`FULL_WEIGHT` in consilium-primitives). */
const FULL_WEIGHT = 256;

/** A number in five characters, with up to three digits after the point. */
const short = (value) =>
  [3, 2, 1, 0].map((digits) => fixed(value, digits)).find((text) => text.length <= 5) ??
  value.toExponential(0);

/** How the metrics of each kind of study are shown; a star is explained below the table. */
const KINDS = {
  Classification: {
    head: ['acc   AUC   loss', 'acc   AUC*  loss'],
    cells: ({ accuracy, auc, logLoss }) => [fixed(accuracy, 3), fixed(auc, 3).padStart(5), fixed(logLoss, 3)],
    columns: ['accuracy', 'AUC', 'log-loss'],
    row: (metrics) => [
      fixed(metrics?.accuracy ?? null, 3),
      fixed(metrics?.auc ?? null, 3),
      fixed(metrics?.logLoss ?? null, 4),
    ],
    mean: 'AUC',
  },
  Regression: {
    head: ['MAE   RMSE  R2', 'MAE   RMSE  R2*'],
    cells: ({ mae, rmse, r2 }) => [mae, rmse, r2].map((value) => short(value).padStart(5)),
    columns: ['MAE', 'RMSE', 'R2'],
    row: (metrics) => [metrics?.mae, metrics?.rmse, metrics?.r2].map((value) => fixed(value ?? null, 4)),
    mean: 'R2',
  },
};

const kindOf = (study) => (isRegression(study) ? 'Regression' : 'Classification');
const kindsOf = (studies) => Object.keys(KINDS).filter((kind) => studies.some((one) => kindOf(one) === kind));

const metricsCell = (metrics) => (metrics ? KINDS[metrics.kind].cells(metrics).join(' ') : '-');

/** The accounts of a study's compute parties. */
const partiesOf = ({ spec }) => spec.scheme.parties ?? [];

/**
 * The live table: a line for each finalised round, with what is out of the ordinary below it, and one for
 * each finding.
 */
export class RoundTable {
  /**
   * @param {Study[]} studies with the same hospitals
   * @param {(account: string) => string} name of a member
   */
  constructor(studies, name) {
    this.studies = new Map(studies.map((study) => [study.id, study]));
    this.accounts = [...new Set(studies.flatMap(({ spec }) => spec.hospitals))];
    const parties = studies.flatMap(partiesOf);
    const accounts = [...new Set([...this.accounts, ...parties])];
    const names = shortNames(accounts.map(name));
    this.short = new Map(accounts.map((account, index) => [account, names[index]]));
    this.several = studies.length > 1;
    const columns = [...this.accounts, 'pooled'].map(() => METRICS_WIDTH);
    this.widths = [...(this.several ? [5] : []), 7, ...columns, -7, -COUNTED.length];
  }

  /** The head, a line and one for each kind of study. */
  head() {
    const study = this.several ? ['study'] : [];
    const blank = this.several ? [''] : [];
    const names = this.accounts.map((account) => this.short.get(account));
    const kinds = kindsOf([...this.studies.values()]).map((kind) => {
      const [own, all] = KINDS[kind].head;
      return line([...blank, '', ...names.map(() => own), all, '', ''], this.widths);
    });
    return [line([...study, 'round', ...names, 'pooled', 'seconds', COUNTED], this.widths), ...kinds].join(
      '\n',
    );
  }

  /** One finalised round. */
  round({ study, round, entry, seconds }) {
    const metrics = new Map(entry.attestations.map((one) => [one.hospital, one.metrics]));
    const { maxRounds } = this.studies.get(study).spec;
    const cells = [
      ...(this.several ? [String(study)] : []),
      `${round}/${maxRounds}`,
      ...this.accounts.map((account) => metricsCell(metrics.get(account) ?? null)),
      metricsCell(pooled(entry.attestations)),
      fixed(seconds, 1),
      `${entry.committed.length}/${this.accounts.length}`,
    ];
    const remarks = this.remarks(study, entry).map((remark) => `${this.indent()}${remark}`);
    return [line(cells, this.widths), ...remarks].join('\n');
  }

  /** Remarks on a finalised round beside its numbers and findings. */
  remarks(study, { committed, excluded, committee }) {
    const remarks = [];
    const names = (accounts) => accounts.map((account) => this.short.get(account)).join(', ');
    const present = [...committed, ...excluded.map(({ hospital }) => hospital)];
    const absent = this.accounts.filter((account) => !present.includes(account));
    if (absent.length > 0) remarks.push(`no update of ${names(absent)}`);
    if (this.studies.get(study).spec.scheme.direction?.kind === 'Weight' && committee) {
      const factors = new Map(committee.dealers.map(({ hospital, factor }) => [hospital, factor]));
      const counted = this.accounts.filter((account) => factors.get(account) > 0);
      const weight = (account) => fixed(factors.get(account) / FULL_WEIGHT, 2);
      const weights = counted.map((account) => `${names([account])} ${weight(account)}`);
      remarks.push(`weights ${weights.join(', ')}`);
    }
    return remarks;
  }

  /** A finding, or an aborted attempt: an event of `follow`. */
  finding(event) {
    const { study, round } = event;
    const where = this.several ? `${line([String(study), `${round}`], this.widths)}` : `${round}`;
    return `${where.padEnd(this.indent().length)}${this.words(event)}`;
  }

  words(event) {
    const name = (account) => this.short.get(account) ?? account;
    return finding(event, partiesOf(this.studies.get(event.study)), name);
  }

  indent() {
    return ' '.repeat(this.widths.slice(0, this.several ? 2 : 1).reduce((sum, width) => sum + width + 2, 0));
  }

  /** The meaning of the star. */
  footnote() {
    const means = kindsOf([...this.studies.values()]).map((kind) => KINDS[kind].mean);
    return (
      '* over all test records, as their hospitals attest, each standardised by its own training records;\n' +
      `  ${means.join(' and ')}: the mean over the hospitals, weighted by test records`
    );
  }
}

/**
 * The last model of each study, at each hospital and pooled, and in how many rounds each hospital's update
 * counted.
 *
 * @param {{ study: object, rounds: object[], seconds: (number | null)[] }[]} results with the finalised
 *   rounds, at least one
 */
export function finalTable(results, name) {
  const tables = kindsOf(results.map(({ study }) => study)).map((kind) => {
    const ofKind = results.filter(({ study }) => kindOf(study) === kind);
    return finalTableOf(KINDS[kind], ofKind, name);
  });
  return tables.join('\n\n');
}

function finalTableOf(kind, results, name) {
  const rows = results.flatMap(({ study, rounds, seconds }) => {
    const { attestations } = rounds[rounds.length - 1];
    const metricsRow = (who, metrics, counted, perRound) => [
      String(study.id),
      study.spec.seed,
      who,
      metrics ? String(metrics.examples) : '-',
      ...kind.row(metrics),
      counted,
      perRound,
    ];
    const metrics = new Map(attestations.map((attestation) => [attestation.hospital, attestation.metrics]));
    const counted = (account) => rounds.filter(({ committed }) => committed.includes(account)).length;
    const perRound = fixed(mean(seconds.filter((value) => value !== null)), 1);
    return [
      ...study.spec.hospitals.map((account) =>
        metricsRow(name(account), metrics.get(account), `${counted(account)}/${rounds.length}`, ''),
      ),
      metricsRow('pooled *', pooled(attestations), '', perRound),
    ];
  });
  const head = ['study', 'seed', 'hospital', 'test records', ...kind.columns, COUNTED, 's/round'];
  return table(head, rows);
}

/**
 * The findings of the finalised attempts of the rounds of each study; null when there are none.
 *
 * @param {{ study: object, rounds: object[] }[]} results with the finalised rounds, from the first
 */
export function findingsTable(results, name) {
  const words = (study, event) => finding(event, partiesOf(study), name);
  const rows = results.flatMap(({ study, rounds }) =>
    rounds.flatMap((entry, index) =>
      findingsOf(entry).map((event) => [String(study.id), String(index + 1), words(study, event)]),
    ),
  );
  return rows.length === 0 ? null : table(['study', 'round', 'finding'], rows);
}

function mean(values) {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}
