/** A program for tests: an engine in a process of its own, which dies, freezes or says where it is when it is told to. */
import { appendFileSync, existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { pglite } from '../../src/adapters/pglite/index.js';
import { postgres } from '../../src/adapters/postgres/index.js';
import { defineTask, file, flowproof, isFlowproofError, linear, type Persistence, type TaskContext, times } from '../../src/index.js';

/** What one process is to do. */
export interface Orders {
  readonly store: { readonly file: string } | { readonly postgres: string } | { readonly pglite: string };
  /** Each call of a task appends a line here, before anything else. */
  readonly effects: string;
  /** `serve`: takes up what others leave, tells of it, and stops in good order when it is sent SIGTERM; `work`: runs, and does so, too. */
  readonly action: 'run' | 'resume' | 'force' | 'suspend' | 'serve' | 'work';
  readonly id: string;
  readonly leaseMs?: number;
  /** Default: 0. */
  readonly graceMs?: number;
  /** It ends without having stopped its app. */
  readonly neverStops?: true;
  /** Dies while it reads a run. */
  readonly diesLoading?: true;
  /** The flow `lenient` instead of `six`: its part in the middle may fail. */
  readonly lenient?: true;
  /** Tasks of which every piece of work fails. */
  readonly failing?: readonly string[];
  /** A signal to itself at this write of an entry, counted from 0 in this process. */
  readonly at?: { readonly write: number; readonly when: 'before' | 'after'; readonly signal: 'SIGKILL' | 'SIGSTOP' };
  /** What a task does after its effect. */
  readonly inTask?: { readonly name: string; readonly does: 'SIGKILL' | 'SIGSTOP' | 'save-and-SIGKILL' | 'wait'; readonly until?: string };
  readonly maxLosses?: number;
  /** The run's input. Default: 0. */
  readonly n?: number;
}

const orders = JSON.parse(process.argv[2] ?? '{}') as Orders;

function say(line: unknown): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

async function perform(phase: 'do' | 'undo', name: string, ctx: TaskContext, told: unknown): Promise<void> {
  appendFileSync(
    orders.effects,
    `${JSON.stringify({ phase, name, key: ctx.idempotencyKey, attempt: ctx.attempt, told, saved: ctx.saved ?? null })}\n`,
  );
  if (phase === 'undo' || orders.inTask?.name !== name) return;
  const { does, until } = orders.inTask;
  say({ in: name });
  if (does === 'save-and-SIGKILL') await ctx.save({ half: name });
  // This is the task's own work: it is under way until the test lets it go.
  if (does === 'wait') while (until !== undefined && !existsSync(until)) await sleep(5);
  else process.kill(process.pid, does === 'SIGSTOP' ? 'SIGSTOP' : 'SIGKILL');
}

const step = <const Name extends string>(name: Name) =>
  defineTask({
    name,
    requires: ['n'],
    provides: ['out'],
    keeps: ['undo'],
    ...(orders.maxLosses === undefined ? {} : { maxLosses: orders.maxLosses }),
    async execute({ n }: { n: number }, ctx: TaskContext) {
      await perform('do', name, ctx, null);
      if (orders.failing?.includes(name)) throw new Error(`${name} failed`);
      return { out: n + 1, undo: `undo ${name}` };
    },
    async revert(_: { n: number }, outcome, ctx: TaskContext) {
      const undo = outcome.kind === 'result' ? outcome.result.undo : null;
      await perform('undo', name, ctx, { kind: outcome.kind, undo, saved: outcome.saved ?? null });
    },
  });

const six = linear('six')
  .input<{ n: number }>()
  .add(step('a'), { provides: { out: 'a' } })
  .add(step('b'), { rebind: { n: 'a' }, provides: { out: 'b' } })
  .add(
    linear
      .open('inner')
      .retry(times(2))
      .add(step('c'), { rebind: { n: 'b' }, provides: { out: 'c' } })
      .add(step('d'), { rebind: { n: 'c' }, provides: { out: 'd' } })
      .build(),
  )
  .add(step('e'), { rebind: { n: 'd' }, provides: { out: 'e' } })
  .add(step('f'), { rebind: { n: 'e' }, provides: { out: 'f' } })
  .build();

const lenient = linear('lenient')
  .input<{ n: number }>()
  .add(step('a'), { provides: { out: 'a' } })
  .add(
    linear
      .open('inner')
      .retry(times(2))
      .add(step('c'), { rebind: { n: 'a' }, provides: { out: 'c' } })
      .add(step('d'), { rebind: { n: 'c' }, provides: { out: 'd' } })
      .build(),
    { optional: true },
  )
  .add(step('e'), { rebind: { n: 'a' }, provides: { out: 'e' } })
  .add(step('f'), { rebind: { n: 'e' }, provides: { out: 'f' } })
  .build();
const flow = orders.lenient === true ? lenient : six;

function realStore(): Persistence {
  if ('file' in orders.store) return file(orders.store.file);
  return 'pglite' in orders.store ? pglite(orders.store.pglite) : postgres(orders.store.postgres);
}

function store(): Persistence {
  const real = realStore();
  const { at } = orders;
  if (orders.diesLoading === true) {
    const connect = (): ReturnType<Persistence['connect']> => {
      const journal = real.connect();
      journal.load = async () => {
        process.kill(process.pid, 'SIGKILL');
        return new Promise(() => undefined);
      };
      return journal;
    };
    return { kind: real.kind, connect };
  }
  if (at === undefined) return real;
  // The signal is sent when the store has answered, or before it is asked: nothing else of the process goes on then.
  const connect = (): ReturnType<Persistence['connect']> => {
    let writes = 0;
    const journal = real.connect();
    const around = async <Result>(write: () => Promise<Result>): Promise<Result> => {
      const mine = writes++ === at.write;
      if (mine && at.when === 'before') process.kill(process.pid, at.signal);
      const result = await write();
      if (mine) say({ wrote: at.write });
      if (mine && at.when === 'after') process.kill(process.pid, at.signal);
      return result;
    };
    const { createRun, append } = journal;
    journal.createRun = (params) => around(() => createRun.call(journal, params));
    journal.append = (items) => around(() => append.call(journal, items));
    return journal;
  };
  return { kind: real.kind, connect };
}

async function main(): Promise<void> {
  const { leaseMs = 400, graceMs = 0, action } = orders;
  // Processes of other tests are not this one's business.
  const recover = action === 'serve' || action === 'work';
  const app = flowproof({ persistence: store(), flows: [flow], leaseMs, graceMs, recover });
  if (recover) {
    process.once('SIGTERM', () => void app.stop().then(() => say({ stopped: true })));
    app.on((event) => {
      if (event.type === 'recovery' || event.type === 'poison') say({ [event.type]: event.runId });
      if (event.type === 'run' && event.state !== 'RUNNING') say({ run: event.runId, state: event.state });
    });
  }
  if (action === 'serve') {
    await app.ready();
    return say({ ready: true });
  }
  try {
    if (action === 'suspend') {
      await app.suspend(orders.id);
      say({ end: 'sent' });
    } else if (action === 'run' || action === 'work') {
      say({ end: await app.run(flow as typeof six, { inputs: { n: orders.n ?? 0 }, id: orders.id }) });
    } else {
      say({ end: await app.resume(flow as typeof six, orders.id, { takeover: action === 'force' ? 'force' : 'if-dead' }) });
    }
  } catch (error) {
    say({ error: isFlowproofError(error) ? error.code : String(error) });
  }
  if (orders.neverStops !== true) await app.stop();
}

await main();
