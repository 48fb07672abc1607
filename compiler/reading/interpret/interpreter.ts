import { CheckerDefectError } from '../../findings/defect.js';
import { placeOf, type ts } from '../../source/index.js';
import type { Frame } from '../ground/frame.js';
import { Gaps } from '../ground/gaps.js';
import type { Completion, InterpreterState } from '../ground/interpreter-state.js';
import type { Library } from '../ground/library.js';
import { Oracle } from '../ground/oracle.js';
import { Origins } from '../ground/origins.js';
import { Realm } from '../ground/realm.js';
import { Traces } from '../ground/traces.js';
import type { Types } from '../ground/types.js';
import { CannotKnow, Thrown, Unknown } from '../ground/unknown.js';
import { call } from './calls.js';
import { classOf } from './classes.js';
import { expression } from './expressions.js';
import { functionOf } from './functions.js';
import { Modules } from './modules.js';
import { Natives } from './natives.js';
import { statements } from './statements.js';

/** Expressions and statements that one flow may take to read: more is no description of a flow any more. */
const MOST_WORK = 100_000;
/** The same for all paths through its conditions together. */
const MOST_WORK_OF_ALL_PATHS = 4 * MOST_WORK;
/** Characters and items that one flow may copy. */
const MOST_COPIED = 5_000_000;
/** Calls in calls, and expressions in expressions: beyond that a source calls itself, or was made to be deep. */
const DEEPEST_CALLS = 100;
/** A function that calls itself so often, and asks what only a run knows meanwhile, may do so without end. */
const MOST_ASSUMED_CALLS = 3;
const DEEPEST = 400;

/**
 * Reads the parts of a program that describe flows as they would run, with the library's own builders, and everything
 * else as unknown. Nothing of the program is executed: no input, no output, no code of a task.
 */
export class Interpreter implements InterpreterState {
  readonly realm = new Realm();
  readonly natives: Natives = new Natives(this);
  readonly origins = new Origins();
  readonly oracle = new Oracle();
  readonly traces = new Traces();
  readonly gaps = new Gaps();
  readonly modules: Modules;
  #work = 0;
  #copied = 0;
  #depth = 0;
  #calls = 0;
  /** Function → how often it was entered and not left yet, and what had been asked when it was first. */
  #entered = new Map<ts.Node, { depth: number; readonly asked: number }>();
  /** What was read last. */
  #at: ts.Node | undefined;

  constructor(
    readonly types: Types,
    readonly library: Library,
  ) {
    this.modules = new Modules(this);
  }

  /**
   * Reads something on every path that its conditions allow. What the source throws on a path is no flow.
   *
   * @param at where what is read stands
   * @param stopped gets what could not be read to its end
   * @throws CheckerDefectError for what goes wrong in the checker itself
   */
  allPaths(at: ts.Node, read: () => void, stopped: (why: Unknown) => void = () => {}): boolean {
    let work = 0;
    return this.oracle.allPaths(() => {
      this.modules.anew();
      this.#work = 0;
      this.#copied = 0;
      this.#depth = 0;
      this.#calls = 0;
      this.#entered = new Map();
      this.#at = at;
      try {
        read();
      } catch (error) {
        if (error instanceof CannotKnow) stopped(error.unknown);
        else if (isStackOverflow(error)) stopped(new Unknown('it is nested too deeply', this.#at ?? at, undefined));
        else if (!(error instanceof Thrown)) throw new CheckerDefectError(placeOf(this.#at ?? at), error);
      }
      work += this.#work;
      return work < MOST_WORK_OF_ALL_PATHS;
    });
  }

  evaluate(node: ts.Expression, frame: Frame): unknown {
    this.spend(node);
    if (this.#depth > DEEPEST) throw new CannotKnow(new Unknown('it is nested too deeply', node, undefined));
    this.#depth++;
    try {
      return this.admitted(expression(node, frame, this), node);
    } finally {
      this.#depth--;
    }
  }

  admitted(value: unknown, at: ts.Node): unknown {
    if (value instanceof Unknown || this.realm.admits(value)) return value;
    return this.unknown('it is no value of the source', at);
  }

  execute(list: readonly ts.Statement[], frame: Frame): Completion {
    return statements(list, frame, this);
  }

  read(symbol: ts.Symbol, at: ts.Node, frame: Frame): unknown {
    const found = frame.find(symbol);
    if (found === undefined) return this.modules.read(symbol, at);
    return found.value;
  }

  write(symbol: ts.Symbol, value: unknown): void {
    this.modules.write(symbol, value);
  }

  unknown(reason: string, at: ts.Node, from?: Unknown): unknown {
    const type = this.types.of(at);
    const literal = this.types.literal(type);
    if (literal !== undefined && from?.started !== true) return literal.value;
    return new Unknown(reason, from?.at ?? at, type, from?.started);
  }

  functionOf(node: ts.SignatureDeclaration, frame: Frame): (...args: unknown[]) => unknown {
    return functionOf(node, frame, this);
  }

  enter<Result>(node: ts.Node, read: () => Result, endless?: () => Result): Result {
    if (this.#calls > DEEPEST_CALLS) throw new CannotKnow(new Unknown('it calls itself too often', node, undefined));
    const entered = this.#entered.get(node) ?? { depth: 0, asked: this.oracle.asked };
    if (endless !== undefined && entered.depth >= MOST_ASSUMED_CALLS && this.oracle.asked > entered.asked) return endless();
    this.#entered.set(node, entered);
    entered.depth++;
    this.#calls++;
    try {
      return read();
    } finally {
      this.#calls--;
      if (--entered.depth === 0) this.#entered.delete(node);
    }
  }

  classOf(node: ts.ClassLikeDeclaration, frame: Frame): object {
    return classOf(node, frame, this);
  }

  call(node: ts.CallExpression, frame: Frame): unknown {
    return call(node, frame, this);
  }

  holds(value: unknown, at: ts.Node): boolean {
    if (!(value instanceof Unknown)) return Boolean(value);
    const { question } = value;
    if (question === undefined) return this.oracle.answer(value.at, at);
    const isEmpty = question.value === undefined || question.value === null;
    // Who asks whether there is something asks the same as `if (value)`.
    const is = isEmpty ? !this.oracle.answer(value.at, at) : this.oracle.is(question, value.at, at);
    return is !== question.negated;
  }

  copy(size: number, at: ts.Node): void {
    // Also for what is no number: JavaScript would make one of it.
    if (size >= 0) this.#copied += size;
    if (!(this.#copied <= MOST_COPIED)) throw new CannotKnow(new Unknown('it is too large to read', at, undefined));
  }

  spend(at: ts.Node): void {
    this.#at = at;
    if (++this.#work > MOST_WORK) throw new CannotKnow(new Unknown('it takes too many steps to read', at, undefined));
  }
}

/** How deep a source may be depends on the stack of the thread that reads it, too. */
function isStackOverflow(error: unknown): boolean {
  return error instanceof RangeError && /call stack/i.test(error.message);
}
