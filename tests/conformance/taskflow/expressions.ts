import type { Expression, FailSpec } from './case.js';
import { type Json, textOf } from './json.js';

export type Args = Readonly<Record<string, Json>>;

/** The little language in which cases say what a task returns. */
export function evaluate(expression: Expression | undefined, args: Args, attempt: number): Json {
  if (expression === undefined || expression === null) return null;
  const [word, operand] = Object.entries(expression)[0] as [string, Json];
  const each = (): Json[] => (operand as readonly Json[]).map((one) => evaluate(one, args, attempt));
  switch (word) {
    case 'const':
      return operand;
    case 'arg':
      return args[operand as string] ?? null;
    case 'args':
      return args;
    case 'attempt':
      return attempt;
    case 'list':
      return each();
    case 'dict':
      return Object.fromEntries(Object.entries(operand as object).map(([key, one]) => [key, evaluate(one, args, attempt)]));
    case 'concat':
      return each().map(plain).join('');
    case 'sum':
      return each().reduce<number>((sum, one) => sum + Number(one), 0);
    default:
      throw new Error(`no expression begins with '${word}'`);
  }
}

/** Whether the call with this number, counted over the whole case, fails. */
export function failsNow(fail: FailSpec | undefined, attempt: number, args: Args = {}): fail is FailSpec {
  if (fail === undefined) return false;
  const { on = 'always' } = fail;
  if (on === 'always') return true;
  if ('if_equal' in on) return same(on.if_equal, args, attempt);
  if ('unless_equal' in on) return !same(on.unless_equal, args, attempt);
  return on.includes(attempt);
}

function same([left, right]: readonly Expression[], args: Args, attempt: number): boolean {
  return textOf(evaluate(left, args, attempt)) === textOf(evaluate(right, args, attempt));
}

function plain(value: Json): string {
  return typeof value === 'string' ? value : textOf(value);
}
