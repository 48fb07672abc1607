import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { called } from './program.js';

const MAIN = join(import.meta.dirname, '../../dist/compiler/main.js');

async function completed(...words: readonly string[]): Promise<readonly string[]> {
  const { code, out } = await called(['__complete', '--', ...words]);
  expect(code).toBe(0);
  return out.split('\n').flatMap((line) => line.split('\t')[0] || []);
}

describe('what completes a command line', () => {
  test('are commands, options, and the values of those that have some', async () => {
    expect(await completed('')).toEqual(expect.arrayContaining(['check', 'runs', 'reverts', 'doctor', 'completion', 'help']));
    expect(await completed('')).not.toContain('__complete');
    expect(await completed('runs', 're')).toEqual(['retry', 'resume', 'rerun', 'reset', 'requeue']);
    expect(await completed('runs', 'list', '--st')).toEqual(['--state']);
    expect(await completed('runs', 'list', '--state', 'S')).toEqual(['SUSPENDED', 'SUCCESS']);
    expect(await completed('runs', 'list', '--flow', 'order', '-o', '')).toEqual(['table', 'json', 'ids']);
    expect(await completed('completion', 'z')).toEqual(['zsh']);
  });

  test('is nothing where only a person knows: the shell offers files', async () => {
    expect(await completed('runs', 'list', '--app', '')).toEqual([]);
    expect(await completed('runs', 'show', '')).toEqual([]);
    expect(await completed('nobody', '--x')).toEqual([]);
  });
});

test('bash completes with its script', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'flowproof-cli-'));
  try {
    writeFileSync(join(folder, 'flowproof'), `#!/bin/sh\nexec '${process.execPath}' '${MAIN}' "$@"\n`, { mode: 0o755 });
    const program = `source <(flowproof completion bash); COMP_WORDS=(flowproof runs list --sta); COMP_CWORD=3; _flowproof; echo "\${COMPREPLY[@]}"
      COMP_WORDS=(flowproof runs list --state ''); COMP_CWORD=4; _flowproof; echo "\${#COMPREPLY[@]}"`;
    const out = execFileSync('bash', ['-c', program], { env: { ...process.env, PATH: `${folder}:${process.env.PATH}` }, encoding: 'utf8' });
    expect(out).toBe('--state\n7\n');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test.each(['bash', 'zsh', 'fish'])('%s can read its script', async (shell) => {
  const { code, out } = await called(['completion', shell]);
  expect({ code, out }).toEqual({ code: 0, out: expect.stringContaining('flowproof __complete -- ') });
  // Where the shell is there.
  const { error, status, stderr } = spawnSync(shell, ['-n'], { input: out, encoding: 'utf8' });
  if (error === undefined) expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});

test('there is none for other shells', async () => {
  expect(await called(['completion', 'cmd'])).toMatchObject({
    code: 2,
    err: expect.stringContaining('Allowed choices are bash, zsh, fish.'),
  });
});
