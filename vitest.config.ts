import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { builtPage } from './scripts/page.mjs';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  plugins: [builtPage.forVite()],
  resolve: {
    alias: [
      { find: /^flowproof\/postgres$/, replacement: at('./src/adapters/postgres/index.ts') },
      { find: /^flowproof\/pglite$/, replacement: at('./src/adapters/pglite/index.ts') },
      { find: /^flowproof\/etcd$/, replacement: at('./src/adapters/etcd/index.ts') },
      { find: /^flowproof\/zookeeper$/, replacement: at('./src/adapters/zookeeper/index.ts') },
      { find: /^flowproof\/redis$/, replacement: at('./src/adapters/redis/index.ts') },
      { find: /^flowproof\/rabbitmq$/, replacement: at('./src/adapters/rabbitmq/index.ts') },
      { find: /^flowproof\/nats$/, replacement: at('./src/adapters/nats/index.ts') },
      { find: /^flowproof\/listeners$/, replacement: at('./src/listeners/index.ts') },
      { find: /^flowproof\/nestjs$/, replacement: at('./src/adapters/nestjs/index.ts') },
      { find: /^flowproof\/opentelemetry$/, replacement: at('./src/adapters/opentelemetry/index.ts') },
      { find: /^flowproof\/workers$/, replacement: at('./src/workers/index.ts') },
      { find: /^flowproof\/ui$/, replacement: at('./src/ui/index.ts') },
      { find: /^flowproof\/testing$/, replacement: at('./src/testing/index.ts') },
      { find: /^flowproof\/contracts$/, replacement: at('./src/contracts/index.ts') },
      { find: /^flowproof$/, replacement: at('./src/index.ts') },
      { find: /^#(app|authoring|compilation|engine|pictures)$/, replacement: at('./src/$1/index.ts') },
      { find: /^#model\/(.*)\.js$/, replacement: at('./src/model/$1.ts') },
    ],
  },
  test: {
    include: ['tests/**/*.test.ts'],
    exclude: ['**/*.deep.test.ts', '**/node_modules/**', '**/dist/**', '**/build/**', 'tests/fixtures/**'],
    setupFiles: ['tests/support/chance.ts', 'tests/support/patience.ts'],
    expect: { poll: { timeout: 40_000 } },
    globalSetup: ['tests/support/postgres-service.ts'],
    pool: 'forks',
    // Bounds for what hangs. What is slow on a machine with other work is no fault: no test asserts a time.
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
