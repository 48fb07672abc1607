import type { ts } from '../../source/index.js';
import type { Frame } from './frame.js';
import type { Gaps } from './gaps.js';
import type { Library } from './library.js';
import type { Native } from './native-methods.js';
import type { Oracle } from './oracle.js';
import type { Origins } from './origins.js';
import type { Realm } from './realm.js';
import type { Traces } from './traces.js';
import type { Types } from './types.js';
import type { Unknown } from './unknown.js';

/** How a list of statements ended; with a label, if it names the loop that ends. */
export type Completion =
  | { readonly kind: 'return'; readonly value: unknown }
  | { readonly kind: 'break' | 'continue'; readonly label: string | undefined }
  | undefined;

/** JavaScript's own functions, as far as the source may call them. */
export interface NativeCalls {
  /** `Object`, `Math`, `NaN` and the like; `undefined` for what the source may not have. */
  global(name: string): unknown;
  /** What a global has under this name. */
  memberOf(owner: unknown, key: string): unknown;
  /** The function that a value of the source, or a global, has under this name. */
  methodOf(owner: unknown, key: string): Native | undefined;
  /** The function behind what {@link global} or {@link memberOf} gave. */
  behind(value: unknown): Native | undefined;
  call(native: Native, self: unknown, args: readonly unknown[], at: ts.Node): unknown;
}

/** What the parts of the reading need of each other. Values are JavaScript values; what can't be known is an {@link Unknown}. */
export interface InterpreterState {
  readonly types: Types;
  readonly library: Library;
  readonly realm: Realm;
  readonly natives: NativeCalls;
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
  /**
   * Reads the body of a function: not in itself without end.
   *
   * @param endless what it gives where it calls itself on what is only assumed: how often it does is unknown
   */
  enter<Result>(node: ts.Node, read: () => Result, endless?: () => Result): Result;
  classOf(node: ts.ClassLikeDeclaration, frame: Frame): object;
  /** Calls what a call expression names. */
  call(node: ts.CallExpression, frame: Frame): unknown;
  /** Whether a condition holds; asks the oracle where only a run knows. */
  holds(value: unknown, at: ts.Node): boolean;
  /** The value itself if the source may hold it, unknown if not. */
  admitted(value: unknown, at: ts.Node): unknown;
  /** Counts what is copied, before it is: texts and lists may double with each step. */
  copy(size: number, at: ts.Node): void;
  /** Counts the work: sources must not keep the checker for ever. */
  spend(at: ts.Node): void;
}
