import { sentence } from '#model/diagnostics.js';
import type { Types } from '../reading/index.js';
import { ts } from '../source/index.js';
import { outputsAt, outputsOf } from './result-types.js';
import type { Rule } from './rule.js';

/** Outputs have names: the step of a task that gives anything else fails. The types say so, unless a cast hides the task from them. */
export const resultNotObject: Rule = {
  code: 'RESULT_NOT_OBJECT',
  severity: 'error',
  title: 'execute gives something else than one object with the outputs',
  *find({ tasks, interpreter: { types } }) {
    for (const task of tasks) {
      const given = outputsOf(task, types);
      const what = given && insteadOfObject(given.all, types);
      if (what !== undefined) yield { at: outputsAt(task), message: `task '${task.name}': ${sentence('RESULT_NOT_OBJECT', { what })}` };
    }
  },
};

/** What it is in any case, in the words of the types; `undefined`: it may be an object, or nothing. */
function insteadOfObject(type: ts.Type, types: Types): string | undefined {
  const parts = type.isUnion() ? type.types : [type];
  const [first, ...more] = parts.map((part) => kindOf(part, types));
  return more.some((one) => one === undefined) ? undefined : first;
}

const PLAIN = ts.TypeFlags.StringLike | ts.TypeFlags.NumberLike | ts.TypeFlags.BigIntLike | ts.TypeFlags.BooleanLike;

function kindOf(type: ts.Type, types: Types): string | undefined {
  if (types.checker.isArrayType(type) || types.checker.isTupleType(type)) return 'a list';
  if (type.flags & PLAIN) return 'a text, a number or true or false';
  return type.flags & ts.TypeFlags.Object && type.getCallSignatures().length > 0 ? 'a function' : undefined;
}
