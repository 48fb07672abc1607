import type { RunInfo, RunsQuery } from 'flowproof';
import { printableJson } from '#model/text/printable.js';
import { moment } from '#model/text/times.js';
import { type OpenedStore, type Where, withStore } from '../store/opened.js';
import { idLine } from '../terminal/id-lines.js';
import type { ExitCode, Io } from '../terminal/io.js';
import { Table } from '../terminal/table.js';

export type Format = 'table' | 'json' | 'ids';

export interface ListParams {
  readonly where: Where;
  readonly query: RunsQuery;
  /** All there are, whatever the limit of a page. */
  readonly all: boolean;
  readonly format: Format;
}

/** `flowproof runs list`. */
export function listCommand({ where, query, all, format }: ListParams, io: Io): Promise<ExitCode> {
  return withStore<ExitCode>(where, io, 'read', async ({ operator }) => {
    const print = printer(format, io);
    let next: string | undefined;
    for await (const page of pagesOf(operator, query, io.signal)) {
      print.page(page.runs);
      next = page.next;
      if (!all) break;
    }
    print.end();
    if (next !== undefined) io.err(`flowproof: there are more: --all, or --before ${next}\n`);
    return 0;
  });
}

/** The runs that are asked for, newest first, a page at a time, until the person has seen enough. */
export async function* pagesOf(
  { runs }: Pick<OpenedStore['operator'], 'runs'>,
  query: RunsQuery,
  signal: AbortSignal,
): AsyncGenerator<Awaited<ReturnType<typeof runs>>> {
  for (let { before } = query; !signal.aborted; ) {
    const page = await runs({ ...query, ...(before === undefined ? {} : { before }) });
    yield page;
    if (page.next === undefined) return;
    before = page.next;
  }
}

interface Printer {
  page(runs: readonly RunInfo[]): void;
  end(): void;
}

function printer(format: Format, { out, columns, clock }: Io): Printer {
  switch (format) {
    case 'ids':
      return { page: (runs) => out(runs.map(({ id }) => idLine(id)).join('')), end: () => undefined };
    case 'json': {
      let before = '[';
      return {
        page: (runs) => {
          for (const run of runs) {
            out(`${before}\n${printableJson(run)}`);
            before = ',';
          }
        },
        end: () => out(before === '[' ? '[]\n' : '\n]\n'),
      };
    }
    case 'table': {
      const table = new Table(['ID', 'FLOW', 'STATE', 'CREATED', 'OWNER', 'LOGBOOK'], columns);
      return { page: (runs) => out(table.rows(runs.map((run) => rowOf(run, clock.nowMs())))), end: () => undefined };
    }
  }
}

function rowOf(run: RunInfo, nowMs: number): readonly string[] {
  const { id, flow, createdAtMs, logbook = '' } = run;
  return [id, flow, stateOf(run, nowMs), moment(createdAtMs), ownerOf(run), logbook];
}

/** With what else is to be known of how it stands. */
function stateOf({ state, partial, priority, posted, asleep, owner }: RunInfo, nowMs: number): string {
  const isLater = posted?.dueAtMs !== undefined && posted.dueAtMs > nowMs;
  return [
    state,
    ...(partial === true ? ['partial'] : []),
    ...(state === 'PENDING' && priority !== undefined ? [`priority ${priority}`] : []),
    ...(asleep !== undefined && owner === undefined
      ? [
          `asleep${asleep.sinceMs === undefined ? '' : ` since ${moment(asleep.sinceMs)}`}${asleep.untilMs === undefined ? '' : ` until ${moment(asleep.untilMs)}`}`,
        ]
      : []),
    ...(posted?.sinceMs === undefined ? [] : [`waits since ${moment(posted.sinceMs)}`]),
    ...(isLater ? [`due ${moment(posted.dueAtMs)}`] : []),
  ].join(', ');
}

/** The process that has a run, by the beginning of its id. */
export function ownerOf({ owner, state, asleep }: Pick<RunInfo, 'owner' | 'state' | 'asleep'>): string {
  // A run that sleeps has no owner and waits for none: 'nobody' is said of those only that a process should take up.
  if (owner === undefined) return state === 'RUNNING' && asleep === undefined ? 'nobody' : '';
  const { id, alive } = owner;
  return `${id.slice(0, 8)}${alive === undefined ? '' : alive ? ' alive' : ' dead'}`;
}
