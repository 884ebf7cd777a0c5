// The topics of the end-to-end tests. Those of one process run one after the other, on one network.

const TOPICS = [
  'rounds',
  'rpc',
  'scripts',
  'committee',
  'refusals',
  'rotation',
  'blobs',
  'records',
  'quantum',
  'restart',
];

/** Runs topics, and then the network's shutdown. Those that kill nodes come last. */
export async function runTopics(topics) {
  for (const topic of topics) {
    if (!TOPICS.includes(topic))
      throw new Error(`there is no topic ${topic}; there are ${TOPICS.join(', ')}`);
    await import(`./${topic}.test.mjs`);
  }
  await import('./shutdown.test.mjs');
}
