import { inspect } from 'node:util';
import {
  type App,
  type Decision,
  defineRetry,
  defineTask,
  type FlowEvent,
  flowproof,
  forEachOf,
  graph,
  isFlowproofError,
  linear,
  mapTask,
  type Persistence,
  reduceTask,
  type StandardSchema,
  type TaskContext,
  type Telemetry,
  times,
} from '../../src/index.js';

/** In every secret of these flows, and in nothing else. */
export const CANARY = 'canary-7f3a"91';
/** In whatever way it is written: quotes are written in several. */
const FOUND = 'canary-7f3a';
const PASSWORD = `in ${CANARY}`;
const TOKEN = `out ${CANARY}`;

/** What tasks were given: they get secrets as they are. */
export type Ctx = TaskContext<{ seen: string[] }>;

/** A failure with the secret in all its parts but those that everybody may know. */
function tellingError(text: string): Error {
  const cause = Object.assign(new TypeError(`caused by ${text}`), { data: { text } });
  return Object.assign(new Error(`failed with ${text}`, { cause }), { code: 'TELLING', data: { text } });
}

/**
 * Flows in which a secret goes every way that a value can go.
 *
 * @param marked `false`: the same flows, and nobody says that anything is secret
 */
export function canaryFlows(marked: boolean) {
  const secret = <const Names extends string>(...names: readonly Names[]): readonly Names[] => (marked ? names : []);

  const logIn = defineTask({
    name: 'log-in',
    requires: ['password'],
    provides: ['token', 'user'],
    keeps: ['refresh'],
    secret: secret('token', 'refresh'),
    execute: async ({ password }: { password: string }, ctx: Ctx) => {
      ctx.services.seen.push(password);
      ctx.progress(0.5, { giver: TOKEN });
      ctx.emit('giver', { token: TOKEN });
      await ctx.save({ begun: TOKEN });
      return { token: TOKEN, user: 'u-1', refresh: `refresh ${TOKEN}` };
    },
    revert: async (_: { password: string }, outcome, ctx: Ctx) => {
      ctx.services.seen.push(outcome.kind === 'result' ? outcome.result.refresh : outcome.kind);
      ctx.services.seen.push(...outcome.flowFailures.map(({ failure }) => failure.message));
      return { undone: TOKEN };
    },
  });
  /** Takes it under another name, and tells of it. */
  const call = defineTask({
    name: 'call',
    requires: ['apiKey'],
    provides: ['size'],
    execute: async ({ apiKey }: { apiKey: string }, ctx: Ctx) => {
      ctx.services.seen.push(apiKey);
      ctx.progress(0.5, { taker: `with ${apiKey}`, url: encodeURIComponent(apiKey), map: new Map([[apiKey, 1]]), part: 3 });
      ctx.emit(`taker of ${apiKey}`, { header: `Bearer ${apiKey}`, part: 3, error: new Error(apiKey) });
      return { size: apiKey.length };
    },
    revert: async ({ apiKey }: { apiKey: string }, _outcome, ctx: Ctx) => {
      if (ctx.attempt === 1) throw tellingError(apiKey);
      return { undone: apiKey };
    },
    revertRetry: times(2),
  });
  const listed = defineTask({
    name: 'listed',
    requires: ['token'],
    provides: ['list'],
    execute: ({ token }: { token: string }) => ({ list: [`1 ${token}`, `2 ${token}`] }),
  });
  /** What it reads is an item of a list, and somebody says so here only. */
  const tried = defineTask({
    name: 'tried',
    requires: ['item'],
    provides: ['length'],
    secret: secret('item'),
    execute: ({ item }: { item: string }) => {
      if (item.startsWith('1')) throw tellingError(item);
      return { length: item.length };
    },
  });
  const own = defineRetry({
    name: 'own',
    requires: ['token'],
    provides: ['key'],
    secret: secret('key'),
    execute: (history, { token }: { token: string }) => ({ key: `${history.length} ${token}` }),
    onFailure: (history): Decision => (history.causedBy('TypeError') && history.length < 2 ? 'RETRY' : 'REVERT'),
  });
  const keyed = defineTask({
    name: 'keyed',
    requires: ['key'],
    execute: ({ key }: { key: string }) => {
      if (key.startsWith('0')) throw tellingError(key);
    },
  });
  const lists = linear.open('lists').retry(forEachOf<'list', 'item', string>('list', 'item')).add(tried).build();
  const keys = linear.open('keys').retry(own).add(keyed).build();
  const upper = mapTask({ name: 'upper', over: ['token'], provides: ['loud'], secret: secret('loud'), map: (token: string) => `loud ${token}` }); // biome-ignore format: a table
  const both = reduceTask({ name: 'both', over: ['token', 'loud'], provides: 'joined', secret: secret('joined'), reduce: (a: string, b: string) => a + b }); // biome-ignore format: a table
  const inner = graph.open('inner').add({ upper, both }).build();
  const branch = <const Name extends string>(name: Name) =>
    defineTask({ name, requires: ['token'], provides: ['chosen'], secret: secret('chosen'), execute: ({ token }: { token: string }) => ({ chosen: `${name} ${token}` }) }); // biome-ignore format: a table

  const started = linear('works').input<{ password: string; end: 'good' | 'bad' | 'odd' }>();
  const works = marked ? started.secret('password') : started;
  const all = works
    .add(logIn)
    .add(call, { rebind: { apiKey: 'token' } })
    .add(call, { name: 'again', rebind: { apiKey: 'password' }, provides: { size: 'length2' } })
    .add(logIn, { name: 'twice', provides: { token: 'second', user: 'other' } })
    .add(listed)
    .add(lists)
    .add(keys)
    .add(inner)
    .switch('which', ['token', 'end'], ({ end, token }): 'left' | 'right' => (end === 'odd' ? (token as 'left') : 'left'), {
      left: branch('left'),
      right: branch('right'),
    })
    .add(
      defineTask({
        name: 'end',
        requires: ['joined', 'end', 'chosen'],
        execute: ({ joined, end }: { joined: string; end: string; chosen: string }) => {
          if (end === 'bad') throw tellingError(joined);
        },
      }),
    )
    .build();
  return { all };
}

/** Takes nothing but what starts with `valid`, and quotes what it does not take. */
const quoting: StandardSchema<{ password: string }> = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate(value) {
      const { password } = value as { password: string };
      return { issues: [{ message: `'${password}' is too long`, path: ['password'] }, { message: `not ${JSON.stringify(value)}` }] };
    },
  },
};

type Shown = Record<string, string>;

/** All that telemetry gets to know, beside the events. */
function recordingTelemetry(traced: unknown[]): Telemetry {
  return {
    create: (creation) => ({ end: (outcome) => traced.push(creation, outcome) }),
    call: (call) => ({ within: (code) => code(), end: (end) => traced.push(call, end) }),
    hear: () => undefined,
  };
}

/** As people see it: printed, and as JSON. */
export function seen(value: unknown): string {
  return `${inspect(value, { depth: 20, showHidden: true })}\n${JSON.stringify(value, (_, part: unknown) => (part instanceof Error ? { ...part, message: part.message, stack: part.stack, cause: part.cause } : part))}`;
}

/**
 * Runs the flows in every way, and gives what can be seen of them, by the place where it is seen.
 */
export async function everythingShown(persistence: Persistence, marked: boolean): Promise<{ shown: Shown; services: { seen: string[] } }> {
  const { all } = canaryFlows(marked);
  const checked = linear('checked').input(quoting);
  const strict = (marked ? checked.secret('password') : checked).add(defineTask({ name: 'none', execute: () => {} })).build();
  const events: FlowEvent[] = [];
  const services = { seen: [] as string[] };
  const shown: Shown = {};
  const inputs = (end: 'good' | 'bad' | 'odd') => ({ password: PASSWORD, end });
  const traced: unknown[] = [];
  const telemetry = recordingTelemetry(traced);
  await using app = flowproof({ persistence, flows: [all, strict], services, telemetry, onEvent: (event) => events.push(event) });

  const good = await app.run(all, { id: 'good', inputs: inputs('good') });
  if (good.state !== 'SUCCESS' || good.results.token !== TOKEN || good.results.joined !== `${TOKEN}loud ${TOKEN}`) {
    throw new Error(`whoever waits for a run gets its results: ${seen(good)}`);
  }
  const handle = await app.start(all, { id: 'bad', inputs: inputs('bad') });
  const bad = await handle.result();
  if (bad.state !== 'REVERTED') throw new Error(`it ends ${bad.state}`);
  shown['failures of a result'] = seen(bad);
  shown['an error that lists failures'] = seen(await thrownBy(app.runOrThrow(all, { id: 'bad', inputs: inputs('bad') })));
  const odd = await app.run(all, { id: 'odd', inputs: inputs('odd') });
  shown['what a choice said wrong'] = seen(odd);
  const engine = app.engine(all, { id: 'steps', inputs: inputs('bad') });
  const steps: unknown[] = [];
  for await (const step of engine.steps()) steps.push(step);
  shown.steps = seen(steps);

  for (const id of ['good', 'bad']) shown[`inspect ${id}`] = seen(await app.inspect(id));
  const followed: FlowEvent[] = [];
  for (const id of ['good', 'bad']) for await (const event of app.follow(id)) followed.push(event);
  shown['invalid inputs'] = seen(await thrownBy(app.run(strict, { inputs: { password: PASSWORD } })));
  const odder = { password: { [CANARY]: () => {} } as unknown as string, end: 'good' as const };
  shown['inputs that cannot be stored'] = seen(await thrownBy(app.run(all, { inputs: odder })));

  for (const [name, some] of kindsOf(events)) shown[`events: ${name}`] = some.map(seen).join('\n');
  for (const [name, some] of kindsOf(followed)) shown[`followed: ${name}`] = some.map(seen).join('\n');
  shown.telemetry = seen(traced);
  const plain = await Promise.all(['good', 'bad'].map((id) => app.inspect(id, { secrets: 'plain' })));
  if (!seen(plain).includes(CANARY) || !seen(plain).includes('failed with')) throw new Error('its owner may see it');
  await neverShown(app, handle, engine);
  return { shown, services };
}

/** What says nothing of values, marked or not. */
async function neverShown(app: App<readonly []> | object, ...others: readonly { statistics(): unknown }[]): Promise<void> {
  const { runs, logbooks } = app as Pick<App<readonly []>, 'runs' | 'logbooks'>;
  const texts = [await runs.call(app), await logbooks.call(app), ...others.map((one) => one.statistics()), app, ...others].map(seen);
  if (texts.some((text) => text.includes(FOUND))) throw new Error(`a list shows a value: ${texts.find((text) => text.includes(FOUND))}`);
}

function kindsOf(events: readonly FlowEvent[]): Map<string, FlowEvent[]> {
  const kinds = new Map<string, FlowEvent[]>();
  for (const event of events) {
    if (event.type === 'run' || !('path' in event)) continue;
    const name = 'state' in event ? `${event.type} ${event.state}` : `${event.type} ${event.path.split('/').at(-1)}`;
    const silent = 'state' in event && event.failure === undefined && event.result === undefined;
    if (!silent) kinds.set(name, [...(kinds.get(name) ?? []), event]);
  }
  return kinds;
}

async function thrownBy(promise: Promise<unknown>): Promise<unknown> {
  const thrown: unknown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!isFlowproofError(thrown)) throw new Error(`no error of ours: ${inspect(thrown)}`);
  return thrown;
}

/** Where the canary is seen. */
export function tellers(shown: Shown): string[] {
  return Object.entries(shown).flatMap(([place, text]) => (text.includes(FOUND) ? [place] : []));
}
