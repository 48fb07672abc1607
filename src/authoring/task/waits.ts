import { isSchema, type StandardSchema } from '../../model/schema.js';
import type { DefinedTask } from '../definition/defined-task.js';
import type { WaitDefinition } from '../definition/definition.js';
import type { HearsSignals } from '../definition/flow.js';
import { asRecord } from '../placement/placement.js';
import type { ParsedValue, RawValue } from '../words/names.js';
import type { Sentence } from '../words/sentence.js';
import type { StorableValue } from '../words/storable.js';
import type { ValueName } from '../words/value-names.js';
import { taskDefinition } from './task-options.js';

/** How long a signal is waited for, and what happens then. */
export interface WaitOptions<Payload> {
  /** The longest that it waits, in milliseconds, from when it begins to. Default: for ever. */
  readonly timeoutMs?: number;
  /**
   * What it gives when that time is over, as if it had been sent; `undefined` where nothing is sent. Default: the wait fails with
   * `WAIT_TIMEOUT`, and what is around it decides as about any failure.
   */
  readonly fallback?: Payload;
  /** What is sent is secret: encrypted where runs are kept, and masked in events and views. */
  readonly secret?: true;
}

/** Something to wait for; placed in flows as a task is. */
export type WaitNode<Name extends string, Needs = {}, Gives = {}, Hears = {}> = DefinedTask<Name, Needs, Gives, never, Hears>;

/**
 * Makes a node that waits for so many milliseconds. Nothing runs meanwhile, and no process need be there: the time is kept with
 * the run. It is undone by going back; a retry around it waits again.
 *
 * @param ms milliseconds of at least 0, or the name of a value of the flow that says them
 * @returns a node that is added like a task, as `sleep`; the second one of a flow needs another `name`
 *
 * @example
 * ```ts
 * import { defineTask, linear, sleep } from 'flowproof';
 *
 * const remind = defineTask({ name: 'remind', requires: ['email'], execute: async ({ email }: { email: string }) => console.log(email) });
 * export const trial = linear('trial')
 *   .input<{ email: string; delayMs: number }>()
 *   .add(sleep('delayMs'))
 *   .add(remind)
 *   .add(sleep(86_400_000), { name: 'a-day' })
 *   .add(remind, { name: 'remind-again' })
 *   .build();
 * ```
 */
export function sleep(ms: number): WaitNode<'sleep'>;
export function sleep<const Value extends string>(value: Value & ValueName<Value>): WaitNode<'sleep', { [Name in Value]: number }>;
export function sleep(given: number | string): WaitNode<'sleep', unknown, never, unknown> {
  return waitNode('sleep', typeof given === 'string' ? { kind: 'sleepFor', value: given } : { kind: 'sleep', ms: given });
}

/**
 * Makes a node that waits until a moment: a `Date`, or milliseconds since 1970, that the flow has under this name. One that is
 * over lets it go on at once. Otherwise like {@link sleep}.
 *
 * @returns a node that is added like a task, as `sleep-until`
 *
 * @example
 * ```ts
 * import { defineTask, linear, sleepUntil } from 'flowproof';
 *
 * const close = defineTask({ name: 'close', execute: async () => console.log('closed') });
 * export const auction = linear('auction').input<{ endsAt: Date }>().add(sleepUntil('endsAt')).add(close).build();
 * ```
 */
export function sleepUntil<const Value extends string>(
  value: Value & ValueName<Value>,
): WaitNode<'sleep-until', { [Name in Value]: Date | number }> {
  return waitNode('sleep-until', { kind: 'sleepUntil', value });
}

/**
 * Makes a node that waits until `app.signal` or `handle.signal` sends a signal of this name to the run: an approval, a webhook, a
 * person's answer. One that came before the wait began is heard at once; each is heard by one wait, the first in the order of
 * the flow. What is sent is a value of the flow under the same name, as the schema parses it.
 *
 * Going back withdraws the wait at once. A retry around it waits for another signal.
 *
 * @param name of the signal, and of the node and the value
 * @param schema of what is sent; without one, nothing is sent, and the node gives no value
 * @returns a node that is added like a task
 *
 * @example
 * ```ts
 * import { defineTask, file, flowproof, linear, waitFor } from 'flowproof';
 * import { z } from 'zod';
 *
 * const pay = defineTask({
 *   name: 'pay',
 *   requires: ['approval'],
 *   execute: async ({ approval }: { approval: { by: string } }) => console.log('approved by', approval.by),
 * });
 * const refund = linear('refund')
 *   .input<{ order: string }>()
 *   .add(waitFor('approval', z.object({ by: z.string() }), { timeoutMs: 3 * 86_400_000, fallback: { by: 'policy' } }))
 *   .add(pay)
 *   .build();
 *
 * const app = flowproof({ persistence: file('.flowproof'), flows: [refund] });
 * const run = await app.start(refund, { id: 'r-7', inputs: { order: 'o-7' } });
 * await app.signal(refund, 'r-7', 'approval', { by: 'ada' });
 * console.log((await run.result()).state);
 * await app.stop();
 * ```
 */
export function waitFor<const Name extends string>(
  name: Name & ValueName<Name>,
  options?: WaitOptions<undefined>,
): WaitNode<Name, {}, {}, HearsSignals<{ readonly [Signal in Name]: undefined }>>;
export function waitFor<const Name extends string, S extends StandardSchema>(
  name: Name & ValueName<Name>,
  schema: S & StorablePayload<Name, ParsedValue<S>>,
  options?: WaitOptions<NoInfer<ParsedValue<S>>>,
): WaitNode<Name, {}, { [Value in Name]: ParsedValue<S> }, HearsSignals<{ readonly [Signal in Name]: RawValue<S> }>>;
export function waitFor(name: string, second?: unknown, third?: unknown): WaitNode<string, unknown, never, unknown> {
  const [schema, options] = isSchema(second) ? [second, asRecord(third)] : [undefined, asRecord(second)];
  const timeoutMs = options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs as number };
  const fallback = Object.hasOwn(options, 'fallback') ? { fallback: Object.freeze({ value: options.fallback }) } : {};
  const wait: WaitDefinition = { kind: 'signal', signal: name, ...timeoutMs, ...fallback };
  const gives = schema === undefined ? {} : { provides: { [name]: schema } };
  return waitNode(name, wait, { ...gives, ...(options.secret === true && schema !== undefined ? { secret: [name] } : {}) });
}

type StorablePayload<Name, Value> =
  StorableValue<Value, Sentence<'NOT_STORABLE', { path: Name; reason: 'it holds what does not survive' }>> extends Value
    ? unknown
    : Sentence<'NOT_STORABLE', { path: Name; reason: 'it holds what does not survive' }>;

function waitNode<Name extends string>(
  name: Name,
  wait: WaitDefinition,
  names: { readonly provides?: Readonly<Record<string, StandardSchema>>; readonly secret?: readonly string[] } = {},
): WaitNode<Name, unknown, never, unknown> {
  const requires = 'value' in wait ? [wait.value] : [];
  const task = taskDefinition(name, true, { requires, ...names }, { kind: 'object', target: NO_CODE });
  const definition = Object.freeze({ ...task, hasRevert: false, wait: Object.freeze(wait) });
  return Object.freeze({ name, '~flowproof': Object.freeze({ kind: 'task' as const, definition }) });
}

/** Nothing of a wait is called. */
const NO_CODE = Object.freeze({});
