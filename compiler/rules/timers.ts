import { ts } from '../source/index.js';

/** These call their function, and wait for nothing that it gives. */
const TIMERS = new Set(['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask']);
const GLOBALS = new Set(['globalThis', 'window', 'global']);

/** Whether this is a timer of JavaScript's, or `process.nextTick`. */
export function isTimer(callee: ts.Expression): boolean {
  if (ts.isIdentifier(callee)) return TIMERS.has(callee.text);
  if (!ts.isPropertyAccessExpression(callee) || !ts.isIdentifier(callee.expression)) return false;
  const { expression: owner, name } = callee;
  return owner.text === 'process' ? name.text === 'nextTick' : GLOBALS.has(owner.text) && TIMERS.has(name.text);
}
