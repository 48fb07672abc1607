import { ts } from '../../source/index.js';
import { unwrapped } from '../ground/syntax.js';
import type { Interpreter } from '../interpret/interpreter.js';

/** The call that an expression is, or that makes what the constant holds which it names, in whichever module. */
export function callBehind(expression: ts.Expression, interpreter: Interpreter): ts.CallExpression | undefined {
  const inner = written(expression, interpreter);
  return inner !== undefined && ts.isCallExpression(inner) ? inner : undefined;
}

/** What is written where the constant is declared that an expression names, or the expression itself. */
export function written(expression: ts.Expression, { library, types }: Interpreter): ts.Expression | undefined {
  const seen = new Set<ts.Symbol>();
  let at = unwrapped(expression);
  while (ts.isIdentifier(at)) {
    const symbol = types.variableAt(at);
    const declared = symbol && library.resolve(symbol);
    if (declared === undefined || seen.has(declared)) return undefined;
    seen.add(declared);
    const declaration = declared.valueDeclaration;
    if (declaration === undefined || !ts.isVariableDeclaration(declaration) || declaration.initializer === undefined) return undefined;
    if ((ts.getCombinedNodeFlags(declaration) & ts.NodeFlags.Const) === 0) return undefined;
    at = unwrapped(declaration.initializer);
  }
  return at;
}
