// Runs the topics that E2E_TOPICS names, one after the other on one network, and then the network's shutdown.

for (const topic of process.env.E2E_TOPICS.split(' ')) await import(`./${topic}.test.mjs`);
// Outages have a network of their own.
if (process.env.E2E_TOPICS !== 'outages') await import('./shutdown.test.mjs');
