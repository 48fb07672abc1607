#!/usr/bin/env node
/** `npm create flowproof`: writes a new project into a folder, and says what to do next. */
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { create } from './create.js';
import { PACKAGE } from './package-folder.js';

const { version } = JSON.parse(readFileSync(new URL('package.json', PACKAGE), 'utf8')) as { version: string };

/** Asks on the terminal; nobody answers where the input is none, or ends. */
async function ask(question: string): Promise<string | undefined> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const closed = new Promise<undefined>((resolve) => terminal.once('close', () => resolve(undefined)));
  try {
    return await Promise.race([terminal.question(question), closed]);
  } finally {
    terminal.close();
  }
}

process.exitCode = await create(process.argv.slice(2), {
  cwd: process.cwd(),
  version,
  userAgent: process.env.npm_config_user_agent,
  out: (text) => void process.stdout.write(`${text}\n`),
  err: (text) => void process.stderr.write(`${text}\n`),
  ...(process.stdin.isTTY && process.stdout.isTTY ? { ask } : {}),
});
