// Shapes of what the node answers by RPC, as specified in node/src/rpc. Accounts are SS58 addresses; hashes,
// keys and bytes are hexadecimal with 0x; block numbers and lengths are numbers; measures are floating point.

import type { ApiPromise } from '@polkadot/api';

type Account = string;
type Hex = string;

/** A connection to a node: polkadot.js's `api`, and `rpc` for any method with its plain JSON answer. */
export interface Chain {
  api: ApiPromise;
  url: string;
  rpc(method: string, ...parameters: unknown[]): Promise<any>;
  disconnect(): Promise<void>;
}

/** A member of the consortium (`hospitals_list`). */
export interface Hospital {
  account: Account;
  name: string;
  roles: ('Trainer' | 'Compute' | 'Validator' | 'Auditor')[];
  keys: { mlDsa65: Hex; mlKem768: Hex };
  saeId: string;
  admittedAt: number;
  keysSince: number;
  suspended: boolean;
}

/** A data-use agreement; `document` is the SHA-256 of the contract. */
export interface AgreementTerms {
  purpose: string;
  document: Hex;
  parties: Account[];
  expiresAt: number | null;
}

export interface Agreement extends AgreementTerms {
  signatures: Account[];
  status: 'Proposed' | 'Active' | 'Revoked';
}

export type BlobReference = { hash: Hex; length: number };

export type Direction =
  { kind: 'Off' } | { kind: 'Exclude' | 'Weight'; root: BlobReference; tolerance: number };
export type Suite = 'QkdMlKem768' | 'MlKem768' | 'Plain';

/** The compute parties of a study; a party's point is its place in `parties`, from 1. */
export interface CommitteeSpec {
  threshold: number;
  parties: Account[];
  field: 'Mersenne61' | 'Mersenne31';
  direction: Direction;
  projections: number;
  weakestSuite: Suite;
  stepBlocks: number;
}

type Adaptive = { learningRate: number; beta1: number; beta2: number; tau: number };

/**
 * What was opened. `encoding.clip` is an L2 norm; `seed` is decimal text, because JSON readers round large
 * numbers.
 */
export interface StudySpec {
  title: string;
  agreement: number;
  schema: Hex;
  model: {
    family:
      | { kind: 'LogisticRegression' | 'LinearRegression' }
      | { kind: 'MultilayerPerceptron'; hidden: number[] };
    features: number;
    /** 0 in a regression, which predicts a number. */
    classes: number;
    parameters: number | null;
  };
  training: {
    steps: { kind: 'Epochs' | 'Updates'; count: number };
    batchSize: number;
    learningRate: number;
    proximal: number;
  };
  optimizer:
    | { kind: 'FedAvg' }
    | { kind: 'FedAvgM'; learningRate: number; momentum: number }
    | ({ kind: 'FedAdam' | 'FedYogi' } & Adaptive);
  scheme: { kind: 'Plain' } | ({ kind: 'Committee' } & CommitteeSpec);
  encoding: { clip: number | null; fractionBits: number };
  maxExamples: number;
  hospitals: Account[];
  quorum: number;
  maxRounds: number;
  maxAttempts: number;
  collectingBlocks: number;
  attestingBlocks: number;
  retentionBlocks: number | null;
  maxLogLossIncrease: number;
  seed: string;
}

/**
 * A study (`rounds_study`); `artifact` is the SHA-256 of its newest finalised model, and `absent` are those
 * whom rounds do not wait for, or did not until they were heard.
 */
export interface Study {
  id: number;
  status: { kind: 'Running' | 'Completed' } | { kind: 'Halted'; reason: string };
  openedBy: Account;
  openedAt: number;
  currentRound: number;
  finalisedRounds: number;
  attemptsLeft: number;
  absent: Absence[];
  artifact: Hex | null;
  spec: StudySpec;
}

/** Quality on a hospital's own test records, by what the study predicts. */
export type Metrics = ClassificationMetrics | RegressionMetrics;

/** Of predicted classes: shares from 0 to 1, and the log-loss in nats. */
export interface ClassificationMetrics {
  kind: 'Classification';
  examples: number;
  accuracy: number;
  auc: number | null;
  logLoss: number;
  brier: number;
}

/**
 * Of predicted numbers: errors in the unit of the target, and the coefficient of determination, at most 1, or
 * null if all targets are equal.
 */
export interface RegressionMetrics {
  kind: 'Regression';
  examples: number;
  mae: number;
  rmse: number;
  r2: number | null;
}

export interface Attestation {
  hospital: Account;
  verdict:
    | { kind: 'Accept' | 'RejectModel'; artifact: Hex }
    | { kind: 'RejectUpdate'; hospital: Account; fault: string }
    | { kind: 'RejectPartials' };
  metrics: Metrics | null;
  corrected: number[];
  records: Hex | null;
}

/** A member that was silent when a round waited for it; `heard` when it was heard since. */
export interface Absence {
  member: Account;
  duty: 'Train' | 'Compute';
  round: number;
  misses: number;
  heard: boolean;
}

/** A hospital's commitment to its update; `payload` is what its ML-DSA-65 `signature` covers. */
export interface Commitment {
  hospital: Account;
  blobs: BlobReference[];
  packages: Hex[];
  examples: number;
  suites: Suite[];
  signature: Hex;
  payload: Hex;
}

export type Exclusion = { hospital: Account; fault: string };
export type NamedParty = { party: number; fault: string; hospital?: Account };

/** The progress of a round's committee. */
export interface CommitteeProgress {
  challenge: Hex | null;
  dealers: { hospital: Account; factor: number }[];
  checked: number[];
  disputes: {
    hospital: Account;
    party: number;
    complaint: boolean;
    answer: BlobReference | null;
    right: number;
    wrong: number;
  }[];
  judged: number[];
  partials: { party: number; blob: BlobReference }[];
  named: NamedParty[];
}

/** The present or last attempt of a round (`rounds_round`). */
export interface Round {
  study: number;
  round: number;
  attempt: number;
  phase:
    | {
        kind:
          | 'Collecting'
          | 'Revealing'
          | 'Checking'
          | 'Answering'
          | 'Judging'
          | 'Aggregating'
          | 'Attesting'
          | 'Finalised';
      }
    | { kind: 'Aborted'; reason: string };
  openedAt: number;
  phaseSince: number;
  deadline: number;
  base: Hex | null;
  committed: Account[];
  commitments: Commitment[];
  excluded: Exclusion[];
  attestations: Attestation[];
  artifact: Hex | null;
  committee: CommitteeProgress | null;
}

/** An audit record; `scale` is its SCALE encoding, over which the head is computed. */
export interface AuditRecord {
  sequence: number;
  index: number;
  block: number;
  actor: Account | null;
  action: string;
  subject: string;
  detail: Hex;
  scale: Hex;
}

/** All records of a subject, with the count and the head that the chain has. */
export type Trail = { records: AuditRecord[]; count: number; head: Hex };

/** An event of {@link follow}; the fields beside `type` and `study` depend on the type. */
export interface StudyEvent {
  type:
    | 'finalised'
    | 'excluded'
    | 'disputed'
    | 'named'
    | 'aborted'
    | 'waiting'
    | 'absent'
    | 'returned'
    | 'stalled'
    | 'resumed'
    | 'over';
  study: number;
  [field: string]: any;
}

/** A final block, as {@link follow} reads it. */
export interface Block {
  number: number;
  milliseconds: number;
  millisecondsAt(number: number): Promise<number | null>;
  study(id: number): Promise<Study>;
  round(id: number, round: number): Promise<Round>;
  incidents(id: number): StudyEvent[];
}
