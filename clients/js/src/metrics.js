// Metrics of all hospitals together.

/** @import { Attestation, Metrics, Study } from './types.js' */

/** Whether a study predicts a number. @param {Pick<Study, 'spec'>} study */
export const isRegression = ({ spec }) => spec.model.classes === 0;

/**
 * Metrics over all hospitals' test records: accuracy, log-loss and mean absolute error of the pooled records,
 * which are the means weighted by test records; their root mean squared error; and of AUC and R2 the same
 * weighted mean over the hospitals that have one, which is not that of the pooled records. Null when no
 * hospital reported.
 *
 * @param {Attestation[]} attestations
 */
export function pooled(attestations) {
  const reported = attestations.flatMap(({ metrics }) => (metrics ? [metrics] : []));
  if (reported.length === 0) return null;
  /** @param {(metrics: any) => number | null} value */
  const mean = (value) => {
    const counted = reported.filter((metrics) => value(metrics) !== null);
    const total = sum(counted, ({ examples }) => examples);
    return total === 0 ? null : sum(counted, (metrics) => metrics.examples * Number(value(metrics))) / total;
  };
  const examples = sum(reported, (metrics) => metrics.examples);
  if (reported[0].kind === 'Regression') {
    const rmse = Math.sqrt(Number(mean((metrics) => metrics.rmse ** 2)));
    return { kind: 'Regression', examples, mae: mean(({ mae }) => mae), rmse, r2: mean(({ r2 }) => r2) };
  }
  return {
    kind: 'Classification',
    examples,
    accuracy: mean(({ accuracy }) => accuracy),
    auc: mean(({ auc }) => auc),
    logLoss: mean(({ logLoss }) => logLoss),
  };
}

/** @param {Metrics[]} all @param {(metrics: Metrics) => number} value */
const sum = (all, value) => all.reduce((total, metrics) => total + value(metrics), 0);
