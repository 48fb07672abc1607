import type { AnyFlow, RunHandle } from 'flowproof';
import type { UntypedOptions } from '#app';
import { factoryDefinitionOf } from '#authoring';
import { printable, printableJson } from '#model/text/printable.js';
import { type OpenedStore, type Where, withStore } from '../store/opened.js';
import { askable, confirmed } from '../terminal/confirm.js';
import { idLine, idsOf } from '../terminal/id-lines.js';
import { type ExitCode, type Io, UsageError } from '../terminal/io.js';
import { eachId } from './each-id.js';
import { ended, here } from './here.js';
import type { Format } from './list-command.js';
import { valueIn } from './value-in.js';

type Listed = UntypedOptions['flows'][number];

export interface StartParams {
  readonly where: Where;
  readonly flow: string;
  readonly inputs: string | undefined;
  readonly args: string | undefined;
  readonly naming: { readonly id?: string; readonly logbook?: string; readonly metadata?: Readonly<Record<string, string>> };
  readonly format: Format;
}

/** `flowproof runs start`: begins a run, or goes on with the one of this id, and drives it here. */
export function startCommand(params: StartParams, io: Io): Promise<ExitCode> {
  return withStore(params.where, io, 'write', (store) =>
    here(store, io, async (app) => {
      const { flow, options } = await begun(params, store, io);
      const handle: RunHandle<AnyFlow> = await app.start(flow as never, options as never);
      return ended(await handle.result(), ['SUCCESS'], params.format, io);
    }),
  );
}

export interface PostParams extends StartParams {
  readonly order: { readonly priority?: number; readonly delayMs?: number };
}

/** `flowproof runs post`: leaves a run to whoever is free. */
export function postCommand(params: PostParams, io: Io): Promise<ExitCode> {
  return withStore(params.where, io, 'write', (store) =>
    here(store, io, async (app) => {
      const { flow, options } = await begun(params, store, io);
      const { id } = await app.post(flow as never, { ...options, ...params.order } as never);
      return pending(id, params.format, io);
    }),
  );
}

/** What a run is begun with. What its types would refuse, the app does. @throws UsageError */
async function begun({ flow: name, inputs, args, naming }: StartParams, store: OpenedStore, io: Io) {
  const listed = flowNamed(name, store);
  const flow =
    factoryDefinitionOf(listed) === undefined ? listed : (listed as unknown as (given: unknown) => AnyFlow)(await valueIn(args, io));
  const given = await valueIn(inputs, io);
  return { flow, options: { ...naming, ...(given === undefined ? {} : { inputs: given }) } };
}

function pending(id: string, format: Format, io: Io): ExitCode {
  io.out(
    format === 'ids' ? idLine(id) : format === 'json' ? `${printableJson({ id, state: 'PENDING' })}\n` : `${printable(id)}  PENDING\n`,
  );
  return 0;
}

export interface DriveParams {
  readonly where: Where;
  readonly ids: readonly string[];
  readonly format: Format;
}

/** `flowproof runs resume --here`. */
export async function resumeCommand({ where, ids, format, force }: DriveParams & { readonly force: boolean }, io: Io): Promise<ExitCode> {
  const all = await idsOf(ids, io.input);
  return withStore(where, io, 'write', (store) =>
    here(store, io, (app) =>
      eachId(all, io, async (id) => ended(await app.resume(id, { takeover: force ? 'force' : 'if-dead' }), ['SUCCESS'], format, io)),
    ),
  );
}

/** `flowproof runs rerun --here`. */
export async function rerunCommand({ where, ids, format }: DriveParams, io: Io): Promise<ExitCode> {
  const all = await idsOf(ids, io.input);
  return withStore(where, io, 'write', (store) =>
    here(store, io, (app) =>
      eachId(all, io, async (id) => {
        const flow = flowNamed((await store.operator.find(id)).flow, store);
        return ended(await app.rerun(flow as never, id), ['SUCCESS'], format, io);
      }),
    ),
  );
}

/** `flowproof runs reset`: writes that the run begins anew; whoever goes on with it begins it. */
export async function resetCommand({ where, ids, format, yes }: DriveParams & { readonly yes: boolean }, io: Io): Promise<ExitCode> {
  if (!(await confirmed('Let them begin anew, with nothing undone of what they did?', yes, askable(ids, io)))) return 1;
  const all = await idsOf(ids, io.input);
  return withStore(where, io, 'write', (store) =>
    here(store, io, (app) =>
      eachId(all, io, async (id) => {
        await app.reset(id);
        return pending(id, format, io);
      }),
    ),
  );
}

/** `flowproof runs requeue`: the same, and a conductor begins it. */
export async function requeueCommand({ where, ids, format, yes }: DriveParams & { readonly yes: boolean }, io: Io): Promise<ExitCode> {
  const question = 'Leave them to whoever is free, to begin anew, with nothing undone of what they did?';
  if (!(await confirmed(question, yes, askable(ids, io)))) return 1;
  const all = await idsOf(ids, io.input);
  return withStore(where, io, 'write', (store) =>
    here(store, io, (app) =>
      eachId(all, io, async (id) => {
        await app.requeue(id);
        return pending(id, format, io);
      }),
    ),
  );
}

/** @throws UsageError */
function flowNamed(name: string, { options }: Pick<OpenedStore, 'options'>): Listed {
  const flows = options?.flows ?? [];
  const found = flows.find((one) => nameOf(one) === name);
  if (found !== undefined) return found;
  throw new UsageError(
    `the app has no flow '${printable(name)}': it has ${flows.map((one) => `'${printable(nameOf(one))}'`).join(', ') || 'none'}`,
  );
}

function nameOf(listed: Listed): string {
  return factoryDefinitionOf(listed)?.name ?? (listed as AnyFlow).name;
}
