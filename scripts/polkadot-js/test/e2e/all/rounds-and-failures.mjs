// Rounds that succeed, and what may fail around them: half of all end-to-end tests, beside the other half, on a network of
// its own.

import { join } from 'node:path';
import { runTopics } from '../topics.mjs';

process.env.E2E_FOLDER = join(process.env.E2E_FOLDER, 'rounds-and-failures');
await runTopics(['rounds', 'blobs', 'records', 'quantum', 'restart']);
