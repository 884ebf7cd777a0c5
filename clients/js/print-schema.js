// Prints the JSON Schema of a study's description, for docs/study.schema.json: npm run schema

import { studySchema } from './src/index.js';

console.log(JSON.stringify(studySchema, null, 2));
