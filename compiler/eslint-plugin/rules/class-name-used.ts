import { isA } from '../nodes.js';
import { ruleFor } from '../rule.js';
import { propertyOf, tasksIn } from '../tasks.js';

/** Runs are stored under the names of their tasks, and minifiers rename classes. One file can't know whether runs of it are stored. */
export const classNameUsed = ruleFor('CLASS_NAME_USED', ['CLASS_NAME_USED'], function* (code) {
  for (const { name: task, class: node, options, bare, at } of tasksIn(code)) {
    const isNamed = options?.properties.some((one) => isA(one, 'SpreadElement')) || (options && propertyOf(options, 'name') !== undefined);
    if (node === undefined || isNamed || (options === undefined && !bare)) continue;
    yield { at, sentence: 'CLASS_NAME_USED', facts: { task } };
  }
});
