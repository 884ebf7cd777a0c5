// Metrics of all hospitals together.

/** @import { Attestation, Metrics } from './types.js' */

/**
 * Metrics over all hospitals' test records: accuracy and log-loss of the pooled records, which are the means
 * weighted by test records; and of the AUC the same weighted mean over the hospitals that have one, which is
 * not the AUC of the pooled records. Null when no hospital reported.
 *
 * @param {Attestation[]} attestations
 */
export function pooled(attestations) {
  const reported = attestations.flatMap(({ metrics }) => (metrics ? [metrics] : []));
  if (reported.length === 0) return null;
  /** @param {'accuracy' | 'auc' | 'logLoss'} key */
  const mean = (key) => {
    const counted = reported.filter((metrics) => metrics[key] !== null);
    const total = sum(counted, ({ examples }) => examples);
    return total === 0 ? null : sum(counted, (metrics) => metrics.examples * Number(metrics[key])) / total;
  };
  const examples = sum(reported, (metrics) => metrics.examples);
  return { examples, accuracy: mean('accuracy'), auc: mean('auc'), logLoss: mean('logLoss') };
}

/** @param {Metrics[]} all @param {(metrics: Metrics) => number} value */
const sum = (all, value) => all.reduce((total, metrics) => total + value(metrics), 0);
