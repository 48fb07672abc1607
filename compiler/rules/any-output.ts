import { outputsAt, outputsOf } from './result-types.js';
import type { Rule } from './rule.js';

/** With `any` the types of all that reads it say nothing any more, and neither does the checker. */
export const anyOutput: Rule = {
  code: 'ANY_OUTPUT',
  severity: 'note',
  title: 'an output has the type any',
  *find({ tasks, interpreter: { types } }) {
    for (const task of tasks) {
      const result = outputsOf(task, types);
      if (result === undefined) continue;
      const names = types.isAny(result.all)
        ? ['what it gives']
        : result.outputs.flatMap(({ name, type }) => (types.isAny(type) ? [`'${name}'`] : []));
      for (const name of names)
        yield { at: outputsAt(task), message: `task '${task.name}': ${name} is 'any': nobody can check who reads it` };
    }
  },
};
