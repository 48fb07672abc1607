/** A program for tests: an app in a process of its own, which dies at the statement that it is told, before or after it. */
import { appendFileSync } from 'node:fs';
import pg from 'pg';
import { postgres } from '../../src/adapters/postgres/index.js';
import { conductor, flowproof } from '../../src/index.js';
import { systemClock } from '../../src/model/clock.js';
import { flows, heard, SCHEDULES } from './stories.js';

/** `sent`: the statement is on its way, and no answer is waited for. */
export const SIDES = ['before', 'sent', 'after'] as const;

export interface Death {
  /** What the statement does, and the how-many-th one that does it: see `kindOf`. */
  readonly kind: string;
  readonly nth: number;
  readonly side: (typeof SIDES)[number];
}

/** What one process is to do. */
export interface Doom {
  readonly database: string;
  readonly schema: string;
  /** Each call of a task appends a line here. */
  readonly effects: string;
  readonly schedule?: keyof typeof SCHEDULES;
  /** Begins a run of this id, which waits for a signal. */
  readonly starts?: string;
  /** Claims what was posted. */
  readonly conducts?: true;
  /** What its clock says more than that of the machine. */
  readonly aheadMs?: number;
  readonly dies?: Death;
  /** Each statement is said. */
  readonly tells?: true;
}

const { database, schema, effects, schedule, starts, conducts, aheadMs = 0, dies, tells } = JSON.parse(process.argv[2] ?? '{}') as Doom;
const say = (line: unknown): boolean => process.stdout.write(`${JSON.stringify(line)}\n`);

/** What a statement does, by the tables that it changes; nothing: it is of no run. */
function kindOf(sql: string): string | undefined {
  const text = sql.replaceAll('"', '').replaceAll('\n', ' ');
  const changes = (table: string, how = 'insert into'): boolean => text.includes(`${how} ${schema}.${table} `);
  if (/^with held as/.test(text)) return 'fire';
  if (/^with found as/.test(text)) return 'claim';
  if (changes('runs')) return 'create';
  if (changes('journal')) return 'append';
  if (changes('leases')) return text.includes(`update ${schema}.runs`) ? 'take' : 'tick';
  if (changes('schedules') || changes('schedules', 'update')) return 'declare';
  if (text.includes(`from ${schema}.schedules`)) return 'schedules';
  if (text.includes(`from ${schema}.journal`)) return 'load';
  if (text.includes(`from ${schema}.runs`)) return 'find';
  return undefined;
}

function die(): Promise<never> {
  process.kill(process.pid, 'SIGKILL');
  return new Promise(() => undefined);
}

const counts = new Map<string, number>();
const { query } = pg.Client.prototype;
// biome-ignore lint/suspicious/noExplicitAny: the overloads of pg say less than this one line.
pg.Client.prototype.query = function (this: pg.Client, ...args: any[]): any {
  const [config] = args as [string | { readonly text?: string }];
  const kind = kindOf(typeof config === 'string' ? config : (config.text ?? ''));
  const send = () => Reflect.apply(query, this, args);
  if (kind === undefined) return send();
  const nth = (counts.get(kind) ?? 0) + 1;
  counts.set(kind, nth);
  if (tells === true) say({ kind, nth });
  if (dies?.kind !== kind || dies.nth !== nth) return send();
  if (dies.side === 'before') return die();
  const answer: Promise<unknown> = send();
  if (dies.side === 'after') return answer.then(die, die);
  answer.catch(() => undefined);
  // What was written to the socket in this turn is with the kernel in the next one. Nobody hears the answer, which may come before.
  setImmediate(() => setImmediate(() => void die()));
  return new Promise(() => undefined);
};

const app = flowproof({
  persistence: postgres(database, { schema }),
  flows,
  schedules: schedule === undefined ? [] : [SCHEDULES[schedule]],
  clock: { ...systemClock, nowMs: () => systemClock.nowMs() + aheadMs },
  ...{ leaseMs: 500, graceMs: 0, recover: true },
  services: { done: (done: object) => appendFileSync(effects, `${JSON.stringify(done)}\n`) },
});
app.on({ types: ['run'] }, ({ runId: run, ...event }) => say({ run, state: 'state' in event ? event.state : undefined }));
process.once('SIGTERM', () => void app.stop().then(() => process.exit(0)));
await app.ready();
say({ ready: true });
if (conducts === true) await conductor(app).start();
if (starts !== undefined) {
  const run = await app.start(heard, { id: starts });
  while ((await app.inspect(run.id)).owner !== undefined) await new Promise((resolve) => setTimeout(resolve, 20));
  say({ asleep: starts });
}
