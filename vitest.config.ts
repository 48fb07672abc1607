import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  resolve: {
    alias: [
      { find: /^flowproof\/postgres$/, replacement: at('./src/adapters/postgres/index.ts') },
      { find: /^flowproof\/pglite$/, replacement: at('./src/adapters/pglite/index.ts') },
      { find: /^flowproof\/testing$/, replacement: at('./src/testing/index.ts') },
      { find: /^flowproof\/contracts$/, replacement: at('./src/contracts/index.ts') },
      { find: /^flowproof$/, replacement: at('./src/index.ts') },
      { find: /^#(app|authoring|compilation|engine)$/, replacement: at('./src/$1/index.ts') },
      { find: /^#model\/(.*)\.js$/, replacement: at('./src/model/$1.ts') },
    ],
  },
  test: {
    include: ['tests/**/*.test.ts'],
    exclude: ['**/*.deep.test.ts', '**/node_modules/**', '**/dist/**', '**/build/**', 'tests/fixtures/**'],
    setupFiles: ['tests/support/chance.ts'],
    globalSetup: ['tests/support/postgres-service.ts'],
    pool: 'forks',
    testTimeout: 20_000,
    hookTimeout: 30_000,
  },
});
