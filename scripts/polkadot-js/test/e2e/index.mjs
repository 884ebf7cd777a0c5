// All end-to-end tests in one process, one topic after the other, on one network. E2E_TOPICS names some of them.
// The later topics kill nodes.

const TOPICS = ['rounds', 'rpc', 'scripts', 'committee', 'refusals', 'blobs', 'records', 'quantum', 'restart'];

const wanted = process.env.E2E_TOPICS ? process.env.E2E_TOPICS.split(' ') : TOPICS;
for (const topic of wanted) {
  if (!TOPICS.includes(topic)) throw new Error(`there is no topic ${topic}; there are ${TOPICS.join(', ')}`);
  await import(`./${topic}.test.mjs`);
}
await import('./shutdown.test.mjs');
