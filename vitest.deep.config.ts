import { defineConfig } from 'vitest/config';
import ordinary from './vitest.config.js';

/** What takes too long for every day: `npm run test:deep`. */
export default defineConfig({
  ...ordinary,
  test: {
    ...ordinary.test,
    exclude: ['**/node_modules/**', '**/build/**'],
    include: ['tests/**/*.deep.test.ts', 'tests/conformance/taskflow/generated.test.ts'],
    // For what hangs: the longest takes two minutes.
    testTimeout: 600_000,
    hookTimeout: 120_000,
  },
});
