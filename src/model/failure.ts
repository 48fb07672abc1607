import type { Json } from './json.js';

/**
 * What is kept of an error: data, never a live object, so that user code sees the same before and after a restart.
 * TaskFlow section 14.
 */
export interface Failure {
  /** What the error says that it is called, or else the name of its class, such as `TypeError`. */
  readonly name: string;
  readonly message: string;
  /** The error's `code`, where it has one that is a text or a number. */
  readonly code?: string;
  /** The error's `data`, where it is plain JSON. */
  readonly data?: Json;
  readonly stack?: string;
  readonly cause?: Failure;
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
}

const MAX_CAUSES = 8;
const MAX_TEXT = 8_192;

/** Keeps of anything thrown what survives storage. Never throws. */
export function toFailure(thrown: unknown, depth = 0): Failure {
  try {
    return thrown instanceof Error ? fromError(thrown, depth) : fromValue(thrown);
  } catch {
    return { name: 'Error', message: 'an error that cannot be read was thrown' };
  }
}

function fromError(error: Error, depth: number): Failure {
  const { code, data } = error as { code?: unknown; data?: unknown };
  const cause = error.cause;
  return {
    name: nameOf(error),
    message: cut(String(error.message)),
    ...(typeof code === 'string' || typeof code === 'number' ? { code: String(code) } : {}),
    ...(isPlain(data, 0) ? { data } : {}),
    ...(error.stack ? { stack: cut(String(error.stack)) } : {}),
    ...((error as { permanent?: unknown }).permanent === true ? { permanent: true as const } : {}),
    ...(cause !== undefined && depth < MAX_CAUSES ? { cause: toFailure(cause, depth + 1) } : {}),
  };
}

/** `class NoSpace extends Error {}` inherits the name `Error`, and means its own. */
function nameOf(error: Error): string {
  const prototype: object | null = Object.getPrototypeOf(error);
  const says = Object.hasOwn(error, 'name') || (prototype !== null && Object.hasOwn(prototype, 'name'));
  return says ? String(error.name) : error.constructor.name || String(error.name);
}

/** The failure, or the first of its causes, that is an error of this name or class; found by name. TaskFlow. */
export function findCause(failure: Failure, error: string | (new (...args: never[]) => Error)): Failure | undefined {
  const names: readonly unknown[] = typeof error === 'string' ? [error] : [error.name, namedBy(error.prototype)];
  for (let next: Failure | undefined = failure; next !== undefined; next = next.cause) {
    if (names.includes(next.name)) return next;
  }
  return undefined;
}

/** Classes such as `DOMException` give their instances another name than their own. */
function namedBy(prototype: object): unknown {
  return Object.hasOwn(prototype, 'name') ? (prototype as { name?: unknown }).name : undefined;
}

function fromValue(value: unknown): Failure {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
  return { name: 'Error', message: cut(text) };
}

function cut(text: string): string {
  return text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT)}… (${text.length} characters)`;
}

function isPlain(value: unknown, depth: number): value is Json {
  if (depth > 16) return false;
  if (value === null) return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object') return typeof value === 'string' || typeof value === 'boolean';
  if (Array.isArray(value)) return value.every((item) => isPlain(item, depth + 1));
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return false;
  return Object.entries(value).every(([key, item]) => key !== '__proto__' && isPlain(item, depth + 1));
}
