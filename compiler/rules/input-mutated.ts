import { RULE_TITLES, ruleSentence } from '../findings/rule-texts.js';
import { type ProjectReading, parametersOf, short, walk } from '../reading/index.js';
import { ts } from '../source/index.js';
import { functionCalled } from './called-code.js';
import { Held } from './held.js';
import { methodsOf } from './methods.js';
import type { Found, Rule } from './rule.js';

type Interpreter = ProjectReading['interpreter'];

/** How far an input is followed through functions that it is handed to. */
const DEEPEST = 2;

/** Each call gets its own copy of its inputs: whatever it changes in them, no other call sees. */
export const inputMutated: Rule = {
  code: 'INPUT_MUTATED',
  severity: 'warning',
  title: RULE_TITLES.INPUT_MUTATED,
  *find({ tasks, interpreter }) {
    for (const { name: method, node, body, task } of tasks.flatMap(methodsOf)) {
      const given = parametersOf(node)[0]?.name;
      if (given === undefined) continue;
      for (const { at, related } of changesOf(given, body, interpreter, 0)) {
        const message = ruleSentence('INPUT_MUTATED', { task: task.name, method, input: short(at) });
        yield related === undefined ? { at, message } : { at, message, related };
      }
    }
  },
};

/** Where a function changes what it is given, itself or by a function that it hands it to. */
function changesOf(given: ts.BindingName, body: ts.Node, interpreter: Interpreter, depth: number): readonly Omit<Found, 'message'>[] {
  const held = new Held(body, interpreter.types, [given]);
  const found: Omit<Found, 'message'>[] = held.changes().map((at) => ({ at }));
  if (depth === DEEPEST) return found;
  walk(body, (node) => {
    if (!ts.isCallExpression(node) || !node.arguments.some((one) => held.has(one))) return;
    const called = functionCalled(node, interpreter);
    if (called === undefined || called.body === body) return;
    for (const [index, parameter] of parametersOf(called).entries()) {
      const argument = node.arguments[index];
      if (argument === undefined || parameter.dotDotDotToken !== undefined || !held.has(argument)) continue;
      const [first] = changesOf(parameter.name, called.body, interpreter, depth + 1);
      if (first !== undefined) found.push({ at: argument, related: [{ at: first.at, message: 'it is changed here' }] });
    }
  });
  return found;
}
