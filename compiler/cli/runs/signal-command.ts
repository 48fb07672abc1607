import { printable, printableJson } from '#model/text/printable.js';
import { appOf, type Where, withStore } from '../store/opened.js';
import { idLine } from '../terminal/id-lines.js';
import { type ExitCode, type Io, UsageError } from '../terminal/io.js';
import type { Format } from './list-command.js';
import { valueIn } from './value-in.js';

export interface SignalParams {
  readonly where: Where;
  readonly id: string;
  readonly name: string;
  /** As a person writes it; absent: nothing is sent with it. */
  readonly payload: string | undefined;
  readonly messageId: string | undefined;
  readonly format: Format;
}

/** `flowproof runs signal`: what the flow of the run takes is written to the store, and heard by the process that has the run. */
export function signalCommand({ where, id, name, payload, messageId, format }: SignalParams, io: Io): Promise<ExitCode> {
  return withStore<ExitCode>(where, io, 'write', async ({ options }) => {
    if (options === undefined) throw new UsageError('what a signal may carry is said by the flow that waits for it: give --app FILE');
    const sent = await valueIn(payload, io);
    const app = appOf(options);
    try {
      await app.handle(id).signal(name, sent, messageId === undefined ? {} : { messageId });
    } finally {
      await app.stop();
    }
    io.out(confirmation(id, name, format));
    return 0;
  });
}

function confirmation(id: string, name: string, format: Format): string {
  switch (format) {
    case 'ids':
      return idLine(id);
    case 'json':
      return `${printableJson({ id, signal: name })}\n`;
    case 'table':
      return `${printable(id)}  sent ${printable(name)}\n`;
  }
}
