// The client library of a Consilium chain. Shapes of answers are in types.d.ts.

export * from './agreements.js';
export * from './audit.js';
export * from './chain.js';
export * from './cid.js';
export * from './findings.js';
export * from './follow.js';
export * from './members.js';
export * from './metrics.js';
export * from './status.js';
export * from './studies.js';
export * from './study-spec.js';
export * from './submit.js';
export * from './time.js';
export * from './wait.js';
