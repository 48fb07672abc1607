import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { exampleProgram } from '../../scripts/example-program.mjs';
import { describeServer } from '../support/board-servers.js';
import { describePostgres } from '../support/postgres.js';

const ROOT = join(import.meta.dirname, '../..');
const at = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

describePostgres('the example of three terminals', (database) => {
  describeServer('redis', 'with a board in Redis', (server) => {
    test('prints what it promises', async () => {
      mkdirSync(join(ROOT, 'build'), { recursive: true });
      const folder = mkdtempSync(join(ROOT, 'build/terminals-'));
      onTestFinished(() => rmSync(folder, { recursive: true }));
      const program = join(folder, 'main.mjs');
      await exampleProgram('three-terminals', program);
      const env = { ...process.env, DATABASE_URL: database().url, REDIS_URL: server().url };
      const { stdout, stderr } = await promisify(execFile)(process.execPath, [program], { env });
      expect({ stdout, stderr }).toEqual({ stdout: at('examples/three-terminals/printed.txt'), stderr: '' });
    });
  });
});

test('its addresses are those of compose.yaml', () => {
  const [app, compose] = [at('examples/three-terminals/app.ts'), at('compose.yaml')];
  const of = (name: string): string | undefined => new RegExp(`${name}: (\\w+)`).exec(compose)?.[1];
  const [port, redisPort] = [...compose.matchAll(/'127\.0\.0\.1:(\d+):\d+'/g)].map(([, port]) => port);
  expect(app).toContain(`'postgres://${of('POSTGRES_USER')}:${of('POSTGRES_PASSWORD')}@127.0.0.1:${port}/${of('POSTGRES_DB')}'`);
  expect(app).toContain(`'redis://127.0.0.1:${redisPort}'`);
});
