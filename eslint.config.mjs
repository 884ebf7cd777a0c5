// Lint rules for all JavaScript: npm run lint

import js from '@eslint/js';
import globals from 'globals';

export default [
  { ignores: ['**/target/', 'clients/js/types/'] },
  js.configs.recommended,
  {
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      'max-len': ['error', { code: 110 }],
      'max-lines': ['error', 500],
      eqeqeq: 'error',
      'no-var': 'error',
    },
  },
  { files: ['**/*.mjs', 'clients/js/test/**'], languageOptions: { globals: globals.nodeBuiltin } },
  { files: ['zombienet/*.js'], languageOptions: { sourceType: 'commonjs', globals: globals.node } },
  {
    // The client library runs in browsers, too.
    files: ['clients/js/src/**'],
    languageOptions: { globals: globals['shared-node-browser'] },
    rules: { 'no-restricted-imports': ['error', { patterns: ['node:*'] }] },
  },
];
