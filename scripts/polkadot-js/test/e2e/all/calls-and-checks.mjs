// What is called, and what is refused: half of all end-to-end tests, beside the other half, on a network of its own.

import { join } from 'node:path';
import { runTopics } from '../topics.mjs';

process.env.E2E_FOLDER = join(process.env.E2E_FOLDER, 'calls-and-checks');
await runTopics(['rpc', 'scripts', 'committee', 'refusals', 'rotation']);
