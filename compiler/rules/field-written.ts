import { onOneLine, RULE_TITLES, ruleSentence } from '../findings/rule-texts.js';
import { basesOf, type ProjectReading, type TaskReading, walkOwn } from '../reading/index.js';
import { ts } from '../source/index.js';
import { type CalledFunction, functionCalled } from './called-code.js';
import { Held } from './held.js';
import { methodsOf } from './methods.js';
import type { Rule } from './rule.js';

type Interpreter = ProjectReading['interpreter'];

/** Methods that an execute calls of its own object, also through each other. */
const MOST_METHODS = 20;

/** Fields of a task's object are in no journal: after a restart, and in revert, they are as they were made. So are those of its class. */
export const fieldWritten: Rule = {
  code: 'FIELD_WRITTEN',
  severity: 'warning',
  title: RULE_TITLES.FIELD_WRITTEN,
  *find({ tasks, interpreter }) {
    const reported = new Set<ts.Node>();
    for (const { name, node, body, task } of tasks.flatMap(methodsOf)) {
      // The `this` of an arrow in `defineTask` is none of a task.
      if (name !== 'execute' || !(ts.isMethodDeclaration(node) || ts.isClassLike(task.node))) continue;
      const bodies = [body, ...ownMethods(body, interpreter)];
      const isOwn = isOfTask(task, interpreter);
      for (const at of bodies.flatMap((one) => new Held(one, interpreter.types, [], isOwn).changes(walkOwn))) {
        // What several tasks inherit is said of the first.
        if (reported.has(at)) continue;
        reported.add(at);
        yield { at, message: ruleSentence('FIELD_WRITTEN', { task: task.name, field: onOneLine(at.getText()) }) };
      }
    }
  },
};

/** `this`, and the class itself or one that it extends, by its name. */
function isOfTask({ node }: TaskReading, interpreter: Interpreter): (expression: ts.Expression) => boolean {
  const classes = new Set<ts.Node>(ts.isClassLike(node) ? basesOf(node, interpreter) : []);
  return (expression) => {
    if (expression.kind === ts.SyntaxKind.ThisKeyword) return true;
    const declaration = ts.isIdentifier(expression) ? interpreter.types.symbolAt(expression)?.valueDeclaration : undefined;
    return declaration !== undefined && classes.has(declaration);
  };
}

/** The bodies of `this.count()` and the like. */
function ownMethods(body: ts.Node, interpreter: Interpreter): readonly ts.Node[] {
  const found = new Set<CalledFunction['body']>();
  const visit = (code: ts.Node): void =>
    walkOwn(code, (node) => {
      if (!ts.isCallExpression(node) || !isOfThis(node.expression) || found.size >= MOST_METHODS) return;
      const called = functionCalled(node, interpreter);
      if (called === undefined || called.body === body || found.has(called.body)) return;
      found.add(called.body);
      visit(called.body);
    });
  visit(body);
  return [...found];
}

function isOfThis(callee: ts.Expression): boolean {
  return ts.isPropertyAccessExpression(callee) && callee.expression.kind === ts.SyntaxKind.ThisKeyword;
}
