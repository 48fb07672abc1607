import type { ts } from '../source/index.js';
import type { Frame } from './frame.js';
import type { Gaps } from './gaps.js';
import type { Library } from './library.js';
import type { Oracle } from './oracle.js';
import type { Origins } from './origins.js';
import type { Traces } from './traces.js';
import type { Types } from './types.js';
import type { Unknown } from './unknown.js';

/** How a list of statements ended. */
export type Completion = { readonly kind: 'return'; readonly value: unknown } | { readonly kind: 'break' | 'continue' } | undefined;

/** What the parts of the reading need of each other. Values are JavaScript values; what can't be known is an {@link Unknown}. */
export interface Machine {
  readonly types: Types;
  readonly library: Library;
  readonly origins: Origins;
  readonly oracle: Oracle;
  readonly traces: Traces;
  readonly gaps: Gaps;
  evaluate(node: ts.Expression, frame: Frame): unknown;
  execute(statements: readonly ts.Statement[], frame: Frame): Completion;
  /** A variable, wherever it is declared. */
  read(symbol: ts.Symbol, at: ts.Node, frame: Frame): unknown;
  /** Changes a variable of a module. */
  write(symbol: ts.Symbol, value: unknown): void;
  /** A value that is unknown, unless its type has only one. */
  unknown(reason: string, at: ts.Node, from?: Unknown): unknown;
  /** Makes the value of a function: calling it reads its body. */
  functionOf(node: ts.SignatureDeclaration, frame: Frame): (...args: unknown[]) => unknown;
  classOf(node: ts.ClassLikeDeclaration, frame: Frame): object;
  /** Calls what a call expression names. */
  call(node: ts.CallExpression, frame: Frame): unknown;
  /** Whether a condition holds; asks the oracle where only a run knows. */
  holds(value: unknown, at: ts.Node): boolean;
  /** Counts the work: sources must not keep the checker for ever. */
  spend(at: ts.Node): void;
}
