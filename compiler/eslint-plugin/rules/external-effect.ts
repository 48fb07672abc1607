import { isA, keyOf, type Node, textOf } from '../nodes.js';
import { ruleFor } from '../rule.js';
import { propertyOf, tasksIn } from '../tasks.js';

/** A task that says that it changes the world outside must say how that is undone, or that it can't be. */
export const externalEffect = ruleFor('EXTERNAL_EFFECT', ['EXTERNAL_EFFECT'], function* (code) {
  for (const { name: task, options, class: node, at } of tasksIn(code)) {
    if (options === undefined || textOf(propertyOf(options, 'effects')?.value) !== 'external') continue;
    // What comes from elsewhere may be what is missed here.
    if (node?.superClass || options.properties.some((one) => isA(one, 'SpreadElement'))) continue;
    if (propertyOf(options, 'revert') !== undefined || node?.body.body.some(isRevert)) continue;
    const irreversible = propertyOf(options, 'irreversible')?.value;
    // Anything but a plain `false` is said by something that is not read here.
    if (irreversible !== undefined && !(isA(irreversible, 'Literal') && irreversible.value === false)) continue;
    yield { at, sentence: 'EXTERNAL_EFFECT', facts: { task } };
  }
});

function isRevert(member: Node): boolean {
  return isA(member, 'MethodDefinition', 'PropertyDefinition') && keyOf(member) === 'revert';
}
