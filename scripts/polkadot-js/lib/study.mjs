// Agreements, studies and rounds as plain values.

const NANOS = 1e9;
const number = (decimal) => Number(decimal.toBigInt()) / NANOS;
const optional = (value, read) => (value.isSome ? read(value.unwrap()) : null);
/** Points of parties. polkadot.js takes a vector of u8 for bytes. */
const points = (bytes) => [...bytes.toU8a(true)];

/** One agreement, or null. */
export async function readAgreement(api, id) {
  return optional(await api.call.agreementsApi.agreement(id), (agreement) => ({
    purpose: agreement.terms.purpose.toUtf8(),
    document: agreement.terms.document.toHex(),
    parties: agreement.terms.parties.map(String),
    expiresAt: optional(agreement.terms.expiresAt, (block) => block.toNumber()),
    signatures: agreement.signatures.map(String),
    status: agreement.status.type,
  }));
}

/** One study, or null. `api` may be that of a certain block. */
export async function readStudy(api, id) {
  return optional(await api.call.roundsApi.study(id), (study) => ({
    title: study.spec.title.toUtf8(),
    agreement: study.spec.agreement.toNumber(),
    hospitals: study.spec.hospitals.map(String),
    quorum: study.spec.quorum.toNumber(),
    committee: study.spec.scheme.isCommittee ? readCommitteeSpec(study.spec.scheme.asCommittee) : null,
    maxRounds: study.spec.maxRounds.toNumber(),
    seed: study.spec.seed.toString(),
    status: study.status.type,
    haltReason: study.status.isHalted ? study.status.asHalted.type : null,
    currentRound: study.currentRound.toNumber(),
    finalisedRounds: study.finalisedRounds.toNumber(),
    artifact: optional(study.artifact, (hash) => hash.toHex()),
  }));
}

function readCommitteeSpec(committee) {
  return {
    threshold: committee.threshold.toNumber(),
    parties: committee.parties.map(String),
    direction: committee.direction.type,
  };
}

/** One round with its committee's progress, or null. `api` may be that of a certain block. */
export async function readRound(api, study, round) {
  const { roundsApi } = api.call;
  const [state, progress] = await Promise.all([
    roundsApi.round(study, round),
    roundsApi.committee(study, round),
  ]);
  return optional(state, (entry) => ({
    attempt: entry.attempt.toNumber(),
    phase: entry.phase.type,
    abortReason: entry.phase.isAborted ? entry.phase.asAborted.type : null,
    openedAt: entry.openedAt.toNumber(),
    deadline: entry.deadline.toNumber(),
    committed: entry.committed.map(String),
    excluded: entry.excluded.map(({ hospital, fault }) => ({
      hospital: hospital.toString(),
      fault: fault.type,
    })),
    attestations: entry.attestations.map(({ hospital, verdict, metrics, corrected }) => ({
      hospital: hospital.toString(),
      verdict: verdict.type,
      metrics: optional(metrics, readMetrics),
      corrected: points(corrected),
    })),
    artifact: optional(entry.artifact, (hash) => hash.toHex()),
    committee: optional(progress, readProgress),
  }));
}

function readProgress(progress) {
  return {
    challenge: optional(progress.challenge, (hash) => hash.toHex()),
    dealers: progress.dealers.map(({ hospital, factor }) => ({
      hospital: hospital.toString(),
      factor: factor.toNumber(),
    })),
    checked: points(progress.checked),
    disputes: progress.disputes.map(({ hospital, party, complaint, answer, right, wrong }) => ({
      hospital: hospital.toString(),
      party: party.toNumber(),
      complaint: complaint.isTrue,
      answered: answer.isSome,
      right: right.toNumber(),
      wrong: wrong.toNumber(),
    })),
    judged: points(progress.judged),
    partials: progress.partials.map(({ party }) => party.toNumber()),
    named: progress.named.map(({ party, fault }) => ({ party: party.toNumber(), ...readPartyFault(fault) })),
  };
}

/** What a party did, and of whose shares; `hospital` is null for what is not of one hospital. */
export function readPartyFault(fault) {
  return { fault: fault.type, hospital: fault.inner.isEmpty ? null : fault.inner.toString() };
}

function readMetrics(metrics) {
  return {
    examples: metrics.examples.toNumber(),
    accuracy: number(metrics.accuracy),
    auc: optional(metrics.auc, number),
    logLoss: number(metrics.logLoss),
  };
}

/**
 * Metrics over all hospitals' test records: accuracy and log-loss of the pooled records, which are the means weighted by
 * test records; of the AUC the same weighted mean over the hospitals that have one, which is not the AUC of the pooled
 * records. Null when no hospital reported.
 */
export function pooled(attestations) {
  const reported = attestations.flatMap(({ metrics }) => (metrics ? [metrics] : []));
  const mean = (key) => {
    const counted = reported.filter((metrics) => metrics[key] !== null);
    const total = counted.reduce((sum, { examples }) => sum + examples, 0);
    return total === 0
      ? null
      : counted.reduce((sum, metrics) => sum + metrics.examples * metrics[key], 0) / total;
  };
  if (reported.length === 0) return null;
  const examples = reported.reduce((sum, metrics) => sum + metrics.examples, 0);
  return { examples, accuracy: mean('accuracy'), auc: mean('auc'), logLoss: mean('logLoss') };
}
