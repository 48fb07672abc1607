import { type App, type ConductorOptions, conductor, type FlowEvent, flowproof, type StopMode } from 'flowproof';
import { printable, printableJson } from '#model/text/printable.js';
import { appIn } from '../store/app-module.js';
import type { Where } from '../store/opened.js';
import { type ExitCode, type Io, UsageError } from '../terminal/io.js';
import { onStopAgain, stopped } from '../terminal/stopping.js';

export interface ConductorParams {
  readonly where: Where;
  readonly concurrency: number;
  readonly flows: readonly string[] | undefined;
  /** How it stops when the person stops it. */
  readonly stop: { readonly mode: StopMode; readonly graceMs?: number };
  /** Says each job that it claims and consumes, too. */
  readonly verbose: boolean;
  readonly format: 'text' | 'json';
}

type Reported = Extract<FlowEvent, { readonly type: 'board' | 'conductor' | 'recovery' | 'poison' }>;

/** `flowproof conductor`: claims jobs and drives their runs until the person, or who runs the process, stops it. */
export async function conductorCommand({ where, concurrency, flows, stop, verbose, format }: ConductorParams, io: Io): Promise<ExitCode> {
  if (where.app === undefined) throw new UsageError('a conductor drives runs by the code of their flows: give --app FILE');
  const options = await appIn(where.app, io.folder);
  const report = (event: FlowEvent): void => {
    if (isReported(event) && (verbose || !isOrdinary(event)))
      io.err(format === 'json' ? `${printableJson(event)}\n` : `${wordsOf(event)}\n`);
    options.onEvent?.(event);
  };
  const app = flowproof({ ...options, onEvent: report } as never) as unknown as App<[]>;
  const conducting = conductor(app, { concurrency, ...(flows === undefined ? {} : { flows }) } as ConductorOptions<[]>);
  let stopping: Promise<void> | undefined;
  const onStop = (): void => {
    stopping = conducting.stop(stop);
    onStopAgain(() => void conducting.stop());
  };
  try {
    if (io.signal.aborted) return 0;
    io.signal.addEventListener('abort', onStop, { once: true });
    await conducting.start();
    await stopped(io);
    await stopping;
    const { consumed, abandoned, trashed } = conducting.state().counts;
    io.err(`stopped: ${consumed} consumed, ${abandoned} given back, ${trashed} put into the trash\n`);
    return 0;
  } finally {
    await conducting.stop();
    await app.stop();
  }
}

function isReported(event: FlowEvent): event is Reported {
  return event.type === 'board' || event.type === 'conductor' || event.type === 'recovery' || event.type === 'poison';
}

/** What happens with every job. */
function isOrdinary(event: Reported): boolean {
  return event.type === 'board' && (event.outcome === 'claimed' || event.outcome === 'consumed');
}

function wordsOf(event: Reported): string {
  switch (event.type) {
    case 'conductor':
      return printable(`${event.status}: board '${event.board}'${event.failure === undefined ? '' : `: ${event.failure.message}`}`);
    case 'board':
      return printable(`${event.runId} ${event.outcome} (${event.flow})${event.reason === undefined ? '' : `: ${event.reason}`}`);
    case 'recovery':
      return printable(`${event.runId} ${event.outcome} by recovery${event.failure === undefined ? '' : `: ${event.failure.message}`}`);
    case 'poison':
      return printable(`${event.runId} is left alone: it was taken ${event.takes} times, and no process came through it`);
  }
}
