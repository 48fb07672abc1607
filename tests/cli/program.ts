import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe } from 'vitest';
import { describePostgres } from '../support/postgres.js';

const ROOT = join(import.meta.dirname, '../..');
/** What is given as `--app`. */
export const APP = join(ROOT, 'tests/fixtures/cli/app.mjs');

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Program {
  /** Address of a database, or a folder. */
  readonly store: string;
  /** The program as it is built, in a process of its own, that knows where the runs are. */
  run(...args: readonly string[]): Promise<Ended>;
  /** The same, with something to read. */
  fed(input: string, ...args: readonly string[]): Promise<Ended>;
  /** The same, heard. */
  heard(hear: NonNullable<Call['hear']>, ...args: readonly string[]): Promise<Ended>;
}

export interface Call {
  readonly env?: NodeJS.ProcessEnv;
  readonly input?: string;
  /** Told of all that was said so far, after each word, on either output. */
  readonly hear?: (child: ChildProcess, said: string) => void;
}

/** Ends with the process; no question can be asked in it. */
export async function called(args: readonly string[], { env = {}, input = '', hear = () => undefined }: Call = {}): Promise<Ended> {
  const { FLOWPROOF_DATABASE: _, FLOWPROOF_APP: __, ...clean } = process.env;
  const child = spawn(process.execPath, [join(ROOT, 'dist/compiler/main.js'), ...args], { cwd: tmpdir(), env: { ...clean, ...env } });
  let [out, err] = ['', ''];
  child.stdout.on('data', (data) => {
    out += data;
    hear(child, out);
  });
  child.stderr.on('data', (data) => {
    err += data;
    hear(child, err);
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, out, err };
}

export function programOn(store: string): Program {
  const env = { FLOWPROOF_DATABASE: store, TEST_STORE: store };
  return {
    store,
    run: (...args) => called(args, { env }),
    fed: (input, ...args) => called(args, { env, input }),
    heard: (hear, ...args) => called(args, { env, hear }),
  };
}

/** The same tests on PostgreSQL and on a folder of `file(…)`, each with a store of its own. */
export function describeOnStores(name: string, tests: (program: () => Program) => void): void {
  describePostgres(`${name}, on PostgreSQL`, (database) => tests(() => programOn(database().url)));
  describe(`${name}, in a folder`, () => {
    let folder: string;
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'flowproof-cli-'));
    });
    afterAll(() => rmSync(folder, { recursive: true }));
    tests(() => programOn(folder));
  });
}
