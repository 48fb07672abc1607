import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describePostgres } from '../support/postgres.js';

const ROOT = join(import.meta.dirname, '../..');
const PAGE = readFileSync(join(ROOT, 'docs/cli.md'), 'utf8');
const blocks = (language: string) =>
  [...PAGE.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(([, text = '']) => text);

/** The commands of a block, each with what it prints. */
function commandsIn(block: string): readonly { readonly command: string; readonly prints: string }[] {
  return block
    .split(/^\$ /m)
    .slice(1)
    .map((one) => {
      const [command = '', ...lines] = one.split('\n');
      return { command, prints: lines.join('\n') };
    });
}

/** What is printed, with anything where the page says `…`. */
function asPattern(prints: string): RegExp {
  return new RegExp(`^${prints.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll('…', '[^\\n]*')}$`);
}

describePostgres('docs/cli.md', (database) => {
  let folder: string;
  const env: NodeJS.ProcessEnv = {};
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'flowproof-cli-'));
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(ROOT, join(folder, 'node_modules/flowproof'), 'junction');
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    for (const text of blocks('js')) writeFileSync(join(folder, /^\/\/ (\S+)/.exec(text)?.[1] ?? ''), text);
    mkdirSync(join(folder, 'bin'));
    const program = `#!/bin/sh\nexec '${process.execPath}' '${join(ROOT, 'dist/compiler/main.js')}' "$@"\n`;
    writeFileSync(join(folder, 'bin/flowproof'), program, { mode: 0o755 });
    Object.assign(env, process.env, { PATH: `${join(folder, 'bin')}${delimiter}${process.env.PATH}`, DATABASE_URL: database().url });
    delete env.FLOWPROOF_DATABASE;
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const all = blocks('console').flatMap(commandsIn);
  test('has commands to run', () => expect(all.length).toBeGreaterThan(15));

  test.each(all)('$command', ({ command, prints }) => {
    const [, name, value] = /^export (\w+)=(\S+)$/.exec(command) ?? [];
    if (name !== undefined) {
      env[name] = value;
      return;
    }
    // Both outputs in one, as at a terminal.
    const { stdout } = spawnSync('bash', ['-c', `{ ${command}; } 2>&1`], { cwd: folder, env, encoding: 'utf8' });
    expect(stdout).toMatch(asPattern(prints));
  });
});
