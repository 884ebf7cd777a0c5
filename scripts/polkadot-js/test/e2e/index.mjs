// The topics that E2E_TOPICS names.

import { runTopics } from './topics.mjs';

await runTopics(process.env.E2E_TOPICS.split(' '));
