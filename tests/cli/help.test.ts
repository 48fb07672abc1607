import { join } from 'node:path';
import { expect, test } from 'vitest';
import { main } from '../../compiler/cli/index.js';
import { systemClock } from '../../src/model/clock.js';

const HELP = join(import.meta.dirname, '../fixtures/cli/help.txt');

async function helpOf(command: readonly string[]): Promise<string> {
  let text = '';
  const add = (more: string): void => {
    text += more;
  };
  const code = await main([...command, '--help'], {
    ...{ out: add, err: add, folder: '/', color: false, clock: systemClock, signal: new AbortController().signal },
  });
  expect({ command, code }).toEqual({ command, code: 0 });
  return text;
}

/** The commands that a help text lists, but `help` itself. */
function listedIn(help: string): readonly string[] {
  const [, list = ''] = /\nCommands:\n([\s\S]*?)\n\n/.exec(help) ?? [];
  return [...list.matchAll(/^ {2}(\w[\w-]*)/gm)].map(([, name]) => name as string).filter((name) => name !== 'help');
}

async function pages(command: readonly string[]): Promise<readonly string[]> {
  const help = await helpOf(command);
  const below = [];
  for (const name of listedIn(help)) below.push(...(await pages([...command, name])));
  return [`$ ${['flowproof', ...command, '--help'].join(' ')}\n${help}`, ...below];
}

// After a change that is meant: npx vitest run tests/cli/help.test.ts -u
test('every command says what it does, as it was agreed upon', async () => {
  await expect((await pages([])).join('\n')).toMatchFileSnapshot(HELP);
});
