import { sleep, sleepUntil, waitFor } from '#authoring';
import { ts } from '../../source/index.js';
import type { Gap } from '../ground/gaps.js';
import type { InterpreterState } from '../ground/interpreter-state.js';
import { isObject } from '../ground/origins.js';
import { Unknown } from '../ground/unknown.js';
import { callLibrary } from './call-library.js';
import { schemaOf } from './schemas.js';

type Maker = (...args: readonly unknown[]) => unknown;

/** What makes nodes that wait. */
export const WAITS: ReadonlySet<unknown> = new Set([sleep, sleepUntil, waitFor]);

/**
 * A node that waits: how long decides nothing about a flow, but the names do, of its signal and of the value that says how long.
 */
export function waitNode(fn: object, args: readonly unknown[], at: ts.CallExpression, interpreter: InterpreterState): unknown {
  const [first, second, third] = args;
  if (first instanceof Unknown && !(fn === sleep && isNumber(first))) return interpreter.unknown(first.reason, at, first);
  const gaps: Gap[] = [];
  const hasSchema = fn === waitFor && isSchema(second);
  const options = fn === waitFor ? optionsOf(hasSchema ? third : second, gaps) : undefined;
  const given =
    fn !== waitFor ? [first instanceof Unknown ? 0 : first] : hasSchema ? [first, schemaOf(undefined), options] : [first, options];
  return interpreter.gaps.set(
    callLibrary(() => Reflect.apply(fn as Maker, undefined, given), at, interpreter),
    gaps,
  );
}

function isNumber({ type }: Unknown): boolean {
  return type !== undefined && (type.flags & ts.TypeFlags.NumberLike) !== 0;
}

/** By its type, where nothing else is known: schemas come from other packages. */
function isSchema(value: unknown): boolean {
  if (value instanceof Unknown) return value.type?.getProperty('~standard') !== undefined;
  return isObject(value) && '~standard' in value;
}

/** What a wait gives after its time is any value, and how long that is any time. */
function optionsOf(given: unknown, gaps: Gap[]): object | undefined {
  if (given instanceof Unknown) {
    gaps.push({ unknown: given, hidesNames: false });
    return undefined;
  }
  if (!isObject(given)) return undefined;
  const { timeoutMs, secret } = given as { readonly timeoutMs?: unknown; readonly secret?: unknown };
  if (secret instanceof Unknown) gaps.push({ unknown: secret, hidesNames: false });
  return {
    ...(timeoutMs === undefined || timeoutMs instanceof Unknown ? {} : { timeoutMs }),
    ...('fallback' in given ? { fallback: null } : {}),
    ...(secret === true ? { secret } : {}),
  };
}
