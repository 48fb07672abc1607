import { sentence } from '#model/diagnostics.js';
import { admitted, outputsAt, outputsOf } from './result-types.js';
import type { Rule } from './rule.js';
import { troubleIn } from './storable.js';

/** What leaves a task is stored. Types refuse most of what can't be; instances of classes with data only they can't see. */
export const notStorable: Rule = {
  code: 'NOT_STORABLE',
  severity: 'error',
  title: 'an output can not be stored: classes without a codec, functions, promises',
  *find(reading) {
    const classes = admitted(reading);
    const { types } = reading.interpreter;
    for (const task of reading.tasks) {
      for (const { name, type } of outputsOf(task, types)?.outputs ?? []) {
        const trouble = troubleIn(type, name, types, classes);
        if (trouble !== undefined)
          yield { at: outputsAt(task), message: `task '${task.name}': ${sentence('NOT_STORABLE', { ...trouble })}` };
      }
    }
  },
};
