import type { AtomView, RunView } from 'flowproof';
import { jsonCodec } from '#model/codec/json-codec.js';
import { inWords } from '#model/in-words.js';
import { printable, printableJson } from '#model/text/printable.js';
import { moment, took } from '#model/text/times.js';
import { type Where, withStore } from '../store/opened.js';
import { idLine, idsOf } from '../terminal/id-lines.js';
import type { ExitCode, Io } from '../terminal/io.js';
import { Table } from '../terminal/table.js';
import { eachId } from './each-id.js';
import { type Format, ownerOf } from './list-command.js';

export interface ShowParams {
  readonly where: Where;
  readonly ids: readonly string[];
  readonly format: Format;
}

/** `flowproof runs show`. */
export async function showCommand({ where, ids, format }: ShowParams, io: Io): Promise<ExitCode> {
  const all = await idsOf(ids, io.input);
  return withStore(where, io, 'read', ({ inspect }) =>
    eachId(all, io, async (id) => {
      const run = await inspect(id);
      io.out(format === 'ids' ? idLine(run.id) : format === 'json' ? `${printableJson(stored(run), 2)}\n` : text(run, io.columns));
      return 0;
    }),
  );
}

/** As the journal writes it, with what JSON has no word for. */
export function stored(value: unknown): unknown {
  try {
    return jsonCodec.encode(value);
  } catch {
    return inWords(value);
  }
}

function text(run: RunView, columns: number | undefined): string {
  const { startedAtMs, endedAtMs, atoms } = run;
  const ran = startedAtMs === undefined || endedAtMs === undefined ? '' : ` (${took(endedAtMs - startedAtMs)})`;
  const lines: readonly (readonly [string, string])[] = [
    ['id', run.id],
    ['flow', `${run.flow} (version ${run.version})`],
    ['state', run.partial === true ? `${run.state}, partial: what it did stays done` : run.state],
    ['reason', run.reason ?? ''],
    ['created', moment(run.createdAtMs)],
    ['started', moment(startedAtMs)],
    ['ended', `${moment(endedAtMs)}${ran}`],
    ['owner', ownerOf(run)],
    ['logbook', run.logbook ?? ''],
    ['metadata', shown(run.metadata)],
    ['args', shown(run.args)],
    ['inputs', shown(run.inputs)],
    ['results', shown(run.results)],
    ...run.failures.map(({ path, failure }) => ['failed', `${path}: ${failure.message}`] as const),
    ...run.pendingReverts.map((path) => ['not undone', path] as const),
  ];
  const facts = lines.filter(([, what]) => what !== '').map(([name, what]) => `${`${name}:`.padEnd(12)}${printable(what)}\n`);
  // Few flows have tasks that name an executor.
  const namesExecutors = atoms.some(({ runsOn }) => runsOn !== undefined);
  const table = new Table(['TASK', 'STATE', ...(namesExecutors ? ['RUNS ON'] : []), 'CALLS', 'STARTED', 'TOOK', 'SAYS'], columns);
  return `${facts.join('')}\n${table.rows(atoms.map((atom) => rowOf(atom, namesExecutors)))}\n`;
}

function shown(value: unknown): string {
  return value === undefined ? '' : printableJson(stored(value));
}

function rowOf(atom: AtomView, namesExecutors: boolean): readonly string[] {
  const { kind, path, state, executions, reversions, startedAtMs, endedAtMs, runsOn = '' } = atom;
  const calls = reversions === 0 ? `${executions}` : `${executions}+${reversions}`;
  const time = startedAtMs === undefined || endedAtMs === undefined ? '' : took(endedAtMs - startedAtMs);
  return [
    kind === 'retry' ? `${path} (retry)` : path,
    state,
    ...(namesExecutors ? [runsOn] : []),
    calls,
    moment(startedAtMs),
    time,
    wordsOf(atom),
  ];
}

/** What a person looks for first: why it failed, else what it gave. */
export function wordsOf({ failure, revertFailure, result, progress, progressDetails, state, wakeAtMs, waiting }: AtomView): string {
  if (revertFailure !== undefined) return `revert: ${revertFailure.message}`;
  if (failure !== undefined) return failure.message;
  if (waiting?.for === 'slot') return waitingForSlot(waiting);
  if (wakeAtMs !== undefined) return `goes on at ${moment(wakeAtMs)}`;
  if (state === 'RUNNING' && progress > 0) return `${Math.floor(progress * 100)}% ${shown(progressDetails)}`.trimEnd();
  return shown(result);
}

function waitingForSlot({ name, key, sinceMs }: NonNullable<AtomView['waiting']>): string {
  return `waits for a slot of ${name}${key === undefined ? '' : ` key ${key}`} since ${moment(sinceMs)}`;
}
