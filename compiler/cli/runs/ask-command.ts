import type { AnyFlow, RunHandle } from 'flowproof';
import type { RequestKind } from '#app';
import { printable, printableJson } from '#model/text/printable.js';
import { type OpenedStore, type Where, withStore } from '../store/opened.js';
import { askable, confirmed } from '../terminal/confirm.js';
import { idLine, idsOf } from '../terminal/id-lines.js';
import type { ExitCode, Io } from '../terminal/io.js';
import { eachId } from './each-id.js';
import { ended, here } from './here.js';
import type { Format } from './list-command.js';

/** What a command asks of a run, through its inbox: the process that has the run does it. */
export interface Request {
  readonly kind: RequestKind;
  /** As in `asked to cancel`. */
  readonly words: string;
  /** The states in which a run has done it. */
  readonly meant: readonly string[];
  /** Why, for whoever reads of it. */
  readonly reason?: string | undefined;
  /** What a person is asked before it destroys something. */
  readonly question?: string;
}

export const REQUESTS = {
  cancel: { kind: 'cancel', words: 'cancel', meant: ['CANCELLED'], question: 'Cancel them, and undo what they did?' },
  halt: { kind: 'halt', words: 'end where they are', meant: ['CANCELLED'], question: 'Cancel them, and leave what they did?' },
  suspend: { kind: 'suspend', words: 'suspend', meant: ['SUSPENDED'] },
  retry: { kind: 'retryFailed', words: 'go on from what failed', meant: ['SUCCESS', 'REVERTED', 'CANCELLED'] },
  retryRevert: { kind: 'retryRevert', words: 'try again to undo', meant: ['REVERTED', 'CANCELLED'] },
  skipRevert: { kind: 'skipRevert', words: 'take as undone', meant: ['REVERTED', 'CANCELLED'], question: 'Take as undone what is not?' },
} as const satisfies Readonly<Record<string, Request>>;

export interface AskParams {
  readonly where: Where;
  readonly request: Request;
  readonly ids: readonly string[];
  /** Of the tasks that it is about, in one run; absent: it is about the run. */
  readonly paths?: readonly string[];
  /** The person means it; needed for what has a question. */
  readonly yes?: boolean;
  /** The run is driven here, until it rests. */
  readonly here: boolean;
  readonly format: Format;
}

/** `flowproof runs cancel` and the like: written to the store, and done by the process that has the run; or here. */
export async function askCommand(params: AskParams, io: Io): Promise<ExitCode> {
  const { where, request, ids, paths = [undefined], format } = params;
  if (request.question !== undefined && !(await confirmed(request.question, params.yes === true, askable(ids, io)))) return 1;
  const all = await idsOf(ids, io.input);
  return withStore(where, io, 'write', (store) => {
    if (!params.here)
      return eachId(all, io, async (id) => {
        for (const path of paths) await store.operator.ask(id, { ...request, path });
        io.out(asked(id, request, format));
        await sayWhoActs(id, store, io);
        return 0;
      });
    return here(store, io, (app) =>
      eachId(all, io, async (id) => {
        let handle: RunHandle<AnyFlow> | undefined;
        for (const path of paths) handle = await actOn(app, id, request, path);
        return handle === undefined ? 0 : ended(await handle.result(), request.meant, format, io);
      }),
    );
  });
}

type ActingApp = Parameters<Parameters<typeof here>[2]>[0];

function actOn(app: ActingApp, id: string, { kind, reason }: Request, path = ''): Promise<RunHandle<AnyFlow>> {
  switch (kind) {
    case 'cancel':
    case 'halt':
      return app.cancel(id, { undo: kind === 'cancel', ...(reason === undefined ? {} : { reason }) });
    case 'retryFailed':
      return app.retryFailed(id);
    case 'retryRevert':
      return app.retryRevert(id, path);
    case 'skipRevert':
      return app.skipRevert(id, path);
    case 'suspend':
      return app.suspend(id).then(() => app.handle(id));
  }
}

function asked(id: string, { words }: Request, format: Format): string {
  switch (format) {
    case 'ids':
      return idLine(id);
    case 'json':
      return `${printableJson({ id, asked: words })}\n`;
    case 'table':
      return `${printable(id)}  asked to ${words}\n`;
  }
}

/** Says who carries out the request: the process that has the run, or, where none has it, the next one that takes it. */
async function sayWhoActs(id: string, { operator }: OpenedStore, { err }: Io): Promise<void> {
  const run = await operator.find(id);
  if (run.owner === undefined && run.state !== 'RUNNING')
    err(
      `flowproof: '${printable(id)}' is ${run.state} and nobody has it: an app that has its flow does it within a second or so; where none is up, --here --app FILE does it now\n`,
    );
}
