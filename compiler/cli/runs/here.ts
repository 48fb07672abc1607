import type { AnyFlow, App, FlowEvent, RunResult } from 'flowproof';
import { printable, printableJson } from '#model/text/printable.js';
import { appOf, type OpenedStore } from '../store/opened.js';
import { idLine } from '../terminal/id-lines.js';
import { type ExitCode, type Io, UsageError } from '../terminal/io.js';
import type { Format } from './list-command.js';
import { stored } from './show-command.js';

/**
 * Drives runs in this process, says how they get on, and lets go of them when the person stops it: others go on with them then.
 *
 * @param schedule one that the app is to have
 * @throws UsageError without an app
 */
export async function here(
  { options }: Pick<OpenedStore, 'options'>,
  io: Io,
  act: (app: App<AnyFlow[]>) => Promise<ExitCode>,
  schedule?: string,
): Promise<ExitCode> {
  if (options === undefined) throw new UsageError('runs are driven here by the code of their flows: give --app FILE');
  const app = appOf(options, (event) => io.err(wordsOf(event)), schedule);
  const stop = (): void => void app.stop();
  io.signal.addEventListener('abort', stop, { once: true });
  try {
    return await act(app);
  } finally {
    io.signal.removeEventListener('abort', stop);
    await app.stop();
  }
}

/** How a run ended, or that it rests. What did not end as it was meant to is a no. */
export function ended(result: RunResult<AnyFlow>, meant: readonly string[], format: Format, { out }: Io): ExitCode {
  const { runId, state } = result;
  out(format === 'ids' ? idLine(runId) : format === 'json' ? `${printableJson(stored(result), 2)}\n` : `${printable(runId)}  ${state}\n`);
  return meant.includes(state) ? 0 : 1;
}

/** A line for what a person wants to see go by; nothing for the rest. */
function wordsOf(event: FlowEvent): string {
  switch (event.type) {
    case 'run':
      return `${printable(event.runId)} ${event.state}\n`;
    case 'task':
    case 'retry':
      return `  ${printable(`${event.path} ${event.state}${event.failure === undefined ? '' : `: ${event.failure.message}`}`)}\n`;
    case 'progress':
      return `  ${printable(event.path)} ${Math.floor(event.fraction * 100)}%\n`;
    default:
      return '';
  }
}
