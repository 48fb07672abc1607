import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { TASKS, type TaskName } from '../flow.js';
import type { CrashPoint } from './drill.js';
import type { StoreChoice } from './store.js';
import { UsageError } from './usage.js';

export interface Options {
  readonly folder: string;
  readonly store: StoreChoice;
  readonly crashAt?: CrashPoint;
  readonly failAt?: TaskName;
  readonly json: boolean;
  readonly help: boolean;
}

const FLAGS = {
  'crash-at': { type: 'string' },
  'fail-at': { type: 'string' },
  postgres: { type: 'boolean', default: false },
  database: { type: 'string' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/** @throws UsageError */
export function readOptions(args: readonly string[]): Options {
  const { values, positionals } = parsed(args);
  if (positionals.length > 1) throw new UsageError(`one folder at a time, please: '${positionals.join("', '")}' are ${positionals.length}`);
  if (values.postgres && values.database !== undefined) throw new UsageError("choose one of '--postgres' and '--database'");
  const store: StoreChoice =
    values.database !== undefined
      ? { kind: 'database', url: databaseUrl(values.database) }
      : { kind: values.postgres ? 'postgres' : 'file' };
  return {
    folder: resolve(positionals[0] ?? sampleSite()),
    store,
    ...(values['crash-at'] === undefined ? {} : { crashAt: crashPoint(values['crash-at']) }),
    ...(values['fail-at'] === undefined ? {} : { failAt: taskName(values['fail-at']) }),
    json: values.json,
    help: values.help,
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: FLAGS, allowPositionals: true });
  } catch (error) {
    const [sentence = ''] = (error as Error).message.split('. ');
    throw new UsageError(`${sentence.replace(/\.$/, '')}: see --help`);
  }
}

function databaseUrl(text: string): string {
  if (URL.canParse(text) && /^postgres(ql)?:$/.test(new URL(text).protocol)) return text;
  throw new UsageError("this is no URL of a database: say '--database postgres://user:password@host:5432/name'");
}

function crashPoint(text: string): CrashPoint {
  const [task = '', at = 'middle', ...rest] = text.split(':');
  if (rest.length > 0 || (at !== 'middle' && at !== 'end' && at !== 'revert')) {
    throw new UsageError(`'${text}' is no place to crash at: say <task>, <task>:end or <task>:revert`);
  }
  return { task: taskName(task), at };
}

function taskName(text: string): TaskName {
  const found = TASKS.find((name) => name === text);
  if (found === undefined) throw new UsageError(`there is no task '${text}': the tasks are ${TASKS.join(', ')}`);
  return found;
}

/** Beside the sources, wherever this code was compiled to. */
function sampleSite(): string {
  const places = ['../site', '../../../../examples/publish/site'].map((path) => fileURLToPath(new URL(path, import.meta.url)));
  return places.find((path) => existsSync(path)) ?? './site';
}
