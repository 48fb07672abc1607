import { copyOfJson, plainCopy } from './codec/plain-json.js';
import { inWords } from './in-words.js';
import type { Json } from './json.js';
import { isError, leaveUnawaited } from './kinds.js';

/**
 * What is kept of an error: data, never a live object, so that user code sees the same before and after a restart. Texts
 * are cut after some 8,000 characters, and eight causes and `errors` are kept.
 */
export interface Failure {
  /** What the error says that it is called, or else the name of its class, such as `TypeError`. */
  readonly name: string;
  readonly message: string;
  /** The error's `code`, where it has one that is a text or a number. */
  readonly code?: string;
  /** The error's `status` or `statusCode`, where it has one that is a number: that of an HTTP answer. */
  readonly status?: number;
  /** The error's `data`, where it is plain JSON of at most some 65,000 characters. */
  readonly data?: Json;
  readonly stack?: string;
  readonly cause?: Failure;
  /** The first errors of an `AggregateError`. */
  readonly errors?: readonly Failure[];
  /** Trying again can't help: it was a `PermanentError`. */
  readonly permanent?: true;
}

/** A failure with the place where it happened, as results and reverts see it. */
export interface FailureReport {
  /** Node names from the root flow to the atom, joined by `/`. */
  readonly path: string;
  readonly phase: 'execute' | 'revert';
  /** Which call of this phase failed, from 1; counts the rounds that a retry made, too. */
  readonly attempt: number;
  readonly failure: Failure;
  /** It failed in an optional node: that was undone and left out, and the run went on. Absent: no. */
  readonly optional?: true;
}

/** Causes of causes and errors of an `AggregateError` together: a circle of causes ends. */
const MAX_NESTED = 8;
/** Characters of each text. */
const MAX_TEXT = 8_192;
/** Characters of `data`, about. */
const MAX_DATA = 65_536;
const UNREADABLE = 'an error that cannot be read was thrown';
/** What an `AggregateError` says that was given no message. */
const SAYS_NOTHING: ReadonlySet<string> = new Set(['', 'All promises were rejected']);

/** Keeps of anything thrown what survives storage: a bounded copy. Never throws. */
export function toFailure(thrown: unknown): Failure {
  return failureOf(thrown, { nested: MAX_NESTED });
}

/** A failure that flowproof itself states, bounded like those of the user, as it may quote them. */
export function statedFailure({
  message,
  data,
  ...named
}: Pick<Failure, 'name' | 'code' | 'message'> & { readonly data?: unknown }): Failure {
  const kept = plainCopy(data, cut, MAX_DATA);
  return { ...named, message: cut(message), ...(kept === undefined ? {} : { data: kept }) };
}

/** For user code: what it does to the copy shows nowhere. */
export function copyOfFailure({ data, cause, errors, ...texts }: Failure): Failure {
  return {
    ...texts,
    ...(data === undefined ? {} : { data: copyOfJson(data) }),
    ...(cause === undefined ? {} : { cause: copyOfFailure(cause) }),
    ...(errors === undefined ? {} : { errors: errors.map(copyOfFailure) }),
  };
}

/** What it says, without where it was thrown. */
export function withoutStacks({ stack, cause, errors, ...rest }: Failure): Failure {
  return {
    ...rest,
    ...(cause === undefined ? {} : { cause: withoutStacks(cause) }),
    ...(errors === undefined ? {} : { errors: errors.map(withoutStacks) }),
  };
}

function failureOf(thrown: unknown, room: { nested: number }): Failure {
  leaveUnawaited(thrown);
  if (typeof thrown !== 'object' || thrown === null) {
    return { name: 'Error', message: cut(typeof thrown === 'string' ? thrown : inWords(thrown)) };
  }
  const [code, stack] = [read(thrown, 'code'), read(thrown, 'stack')];
  const status = read(thrown, 'status') ?? read(thrown, 'statusCode');
  const data = plainCopy(read(thrown, 'data'), cut, MAX_DATA);
  const cause = nested([read(thrown, 'cause')], room, (value) => value !== undefined);
  const errors = nested(listOf(read(thrown, 'errors')), room, isError);
  return {
    name: nameOf(thrown),
    message: messageFrom(thrown, errors),
    ...(typeof code === 'string' || typeof code === 'number' ? { code: cut(String(code)) } : {}),
    ...(typeof status === 'number' && Number.isFinite(status) ? { status } : {}),
    ...(data === undefined ? {} : { data }),
    ...(typeof stack === 'string' && stack !== '' ? { stack: cut(stack) } : {}),
    ...(read(thrown, 'permanent') === true ? { permanent: true as const } : {}),
    ...(cause[0] === undefined ? {} : { cause: cause[0] }),
    ...(errors.length === 0 ? {} : { errors }),
  };
}

function nested(thrown: readonly unknown[], room: { nested: number }, isOne: (value: unknown) => boolean): Failure[] {
  const found: Failure[] = [];
  for (const error of thrown) if (isOne(error) && room.nested-- > 0) found.push(failureOf(error, room));
  return found;
}

/** Some of what a list holds, if it is one. */
function listOf(value: unknown): readonly unknown[] {
  try {
    return Array.isArray(value) ? value.slice(0, MAX_NESTED) : [];
  } catch {
    return [];
  }
}

/** A field of anything, without what its getter or proxy throws. */
function read(object: object, field: string): unknown {
  try {
    return (object as Readonly<Record<string, unknown>>)[field];
  } catch {
    return undefined;
  }
}

/** `class NoSpace extends Error {}` inherits the name `Error`, and means its own. Names with a tilde are the journal's words. */
function nameOf(thrown: object): string {
  try {
    const prototype: object | null = Object.getPrototypeOf(thrown);
    const says = Object.hasOwn(thrown, 'name') || (prototype !== null && Object.hasOwn(prototype, 'name'));
    const { name } = thrown as { readonly name?: unknown };
    const found = says || !isError(thrown) ? name : thrown.constructor.name || name;
    return (typeof found === 'string' && cut(found.replace(/^~+/, ''))) || 'Error';
  } catch {
    return 'Error';
  }
}

function messageFrom(thrown: object, errors: readonly Failure[]): string {
  try {
    const { message } = thrown as { readonly message?: unknown };
    if (typeof message !== 'string') return cut(isError(thrown) ? inWords(message) : printed(thrown));
    if (errors.length === 0 || !SAYS_NOTHING.has(message)) return cut(message);
    return cut(errors.map(({ message }) => message).join('; '));
  } catch {
    return UNREADABLE;
  }
}

/** As JSON where it is, which is the most that can be said of an object that is no error. */
function printed(value: object): string {
  const copy = plainCopy(value, cut, MAX_DATA);
  return copy === undefined ? inWords(value) : JSON.stringify(copy);
}

/** Not in the middle of a character. Cutting what was cut changes nothing. */
function cut(text: string): string {
  if (text.length <= MAX_TEXT) return text;
  const end = `… (${text.length} characters)`;
  return `${text.slice(0, MAX_TEXT - end.length).replace(/[\ud800-\udbff]$/, '')}${end}`;
}

/** The failure, or the first of its causes and errors, that is an error of this name or class; found by name. TaskFlow. */
export function findCause(failure: Failure, error: string | (new (...args: never[]) => Error)): Failure | undefined {
  return findNamed(failure, typeof error === 'string' ? [error] : [error.name, namedBy(error.prototype)]);
}

function findNamed(failure: Failure, names: readonly unknown[]): Failure | undefined {
  if (names.includes(failure.name)) return failure;
  for (const inside of [...(failure.cause === undefined ? [] : [failure.cause]), ...(failure.errors ?? [])]) {
    const found = findNamed(inside, names);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Classes such as `DOMException` give their instances another name than their own. */
function namedBy(prototype: object): unknown {
  return Object.hasOwn(prototype, 'name') ? (prototype as { name?: unknown }).name : undefined;
}

/** Which time was over. */
export type TimeCode = 'TIMEOUT' | 'HEARTBEAT' | 'DEADLINE';

/** Why something failed that took too long. */
export type OutOfTimeFailure = Failure & { readonly name: 'TimeoutError'; readonly code: TimeCode };

export function outOfTimeOfCall(path: string, timeoutMs: number): OutOfTimeFailure {
  return outOfTime('TIMEOUT', `'${path}' did not end within ${timeoutMs} ms (timeoutMs)`);
}

export function outOfTimeOfSilence(path: string, heartbeatMs: number): OutOfTimeFailure {
  return outOfTime('HEARTBEAT', `'${path}' said nothing for ${heartbeatMs} ms (heartbeatMs): call ctx.heartbeat() while it gets on`);
}

export function outOfTimeOfWork(path: string, deadlineMs: number): OutOfTimeFailure {
  return outOfTime('DEADLINE', `'${path}' was not done within ${deadlineMs} ms (deadlineMs), with all its attempts`);
}

export function outOfTimeOfRun(flow: string, deadlineMs: number): OutOfTimeFailure {
  return outOfTime('DEADLINE', `the run of '${flow}' was not done within ${deadlineMs} ms (deadlineMs)`);
}

function outOfTime(code: TimeCode, message: string): OutOfTimeFailure {
  return { ...statedFailure({ name: 'TimeoutError', message }), name: 'TimeoutError', code };
}
