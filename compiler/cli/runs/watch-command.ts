import type { RunView } from 'flowproof';
import { isEnded } from '#model/states.js';
import { printableJson } from '#model/text/printable.js';
import { moment } from '#model/text/times.js';
import { type OpenedStore, type Where, withStore } from '../store/opened.js';
import { complaint } from '../terminal/complaint.js';
import { exitCodeOf, worse } from '../terminal/exit-code.js';
import { idLine, idsOf } from '../terminal/id-lines.js';
import type { ExitCode, Io } from '../terminal/io.js';
import { Table } from '../terminal/table.js';
import type { Format } from './list-command.js';
import { wordsOf } from './show-command.js';

export interface WatchParams {
  readonly where: Where;
  readonly ids: readonly string[];
  readonly everyMs: number;
  readonly format: Format;
}

/** What was said of a run and its tasks last. */
type Shown = Map<string, string>;

/**
 * `flowproof runs watch`: a line for each change, until all runs have ended or are suspended. Looks at them now and then, so that it can be any
 * process's runs.
 */
export async function watchCommand({ where, ids, everyMs, format }: WatchParams, io: Io): Promise<ExitCode> {
  const open = new Map<string, Shown>((await idsOf(ids, io.input)).map((id) => [id, new Map()]));
  return withStore(where, io, 'read', async (store) => {
    const print = printer(format, io);
    let code: ExitCode = 0;
    while (true) {
      for (const [id, shown] of open) {
        const rests = await look(id, shown, store, print, io);
        if (rests === undefined) continue;
        code = worse(code, rests);
        open.delete(id);
      }
      if (open.size === 0) return code;
      if (await stopped(everyMs, io)) return worse(code, 1);
    }
  });
}

/** @returns how it ended; nothing while it goes on */
async function look(id: string, shown: Shown, { inspect }: OpenedStore, print: Print, io: Io): Promise<ExitCode | undefined> {
  let run: RunView;
  try {
    run = await inspect(id);
  } catch (error) {
    if (exitCodeOf(error) === 3) throw error;
    io.err(`flowproof: ${complaint(error, io)}\n`);
    return exitCodeOf(error);
  }
  const now = moment(io.clock.nowMs());
  for (const atom of run.atoms) {
    const says = wordsOf(atom);
    const key = `${atom.state} ${atom.round} ${says}`;
    if (shown.get(atom.path) === key || (atom.state === 'PENDING' && !shown.has(atom.path))) continue;
    shown.set(atom.path, key);
    const where = atom.runsOn === undefined ? {} : { runsOn: atom.runsOn };
    print.change({ at: now, id: run.id, path: atom.path, state: atom.state, ...where, says });
  }
  if (shown.get('') !== run.state) print.change({ at: now, id: run.id, path: '', state: run.state, says: '' });
  shown.set('', run.state);
  if (!isEnded(run.state) && run.state !== 'SUSPENDED') return undefined;
  print.end(run.id);
  return run.state === 'SUCCESS' ? 0 : 1;
}

interface Change {
  readonly at: string;
  readonly id: string;
  /** Of a task or retry; empty for the run as a whole. */
  readonly path: string;
  readonly state: string;
  /** Of a task that names one: the executor that calls it, where an app with its flow was given. */
  readonly runsOn?: string;
  readonly says: string;
}

interface Print {
  change(change: Change): void;
  end(id: string): void;
}

function printer(format: Format, { out, columns }: Io): Print {
  const nothing = (): void => undefined;
  switch (format) {
    case 'ids':
      return { change: nothing, end: (id) => out(idLine(id)) };
    case 'json':
      return { change: (change) => out(`${printableJson(change)}\n`), end: nothing };
    case 'table': {
      const table = new Table(['AT', 'ID', 'TASK', 'STATE', 'SAYS'], columns);
      return {
        change: ({ at, id, path, state, runsOn, says }) => {
          // No column of its own: the first lines are written before it is known whether any task names one.
          const where = runsOn === undefined ? state : `${state} on ${runsOn}`;
          out(table.rows([[at, id, path, where, says]]));
        },
        end: nothing,
      };
    }
  }
}

/** Waits; whether the person has stopped it. */
function stopped(ms: number, { clock, signal }: Io): Promise<boolean> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve(true);
    const stop = (): void => {
      cancel();
      resolve(true);
    };
    const cancel = clock.after(ms, () => {
      signal.removeEventListener('abort', stop);
      resolve(false);
    });
    signal.addEventListener('abort', stop, { once: true });
  });
}
