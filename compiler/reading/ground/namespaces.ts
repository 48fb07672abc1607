import { ts } from '../../source/index.js';
import { Frame } from './frame.js';
import type { InterpreterState } from './interpreter-state.js';

const NAMESPACES = ts.SymbolFlags.ValueModule | ts.SymbolFlags.NamespaceModule | ts.SymbolFlags.Enum;

/** A module, namespace or enum as a value: `fp` in `import * as fp`, what `await import('./tasks')` gives. Its members are read when they are asked for. */
export class Namespace {
  readonly #members = new Map<string, ts.Symbol>();

  constructor(
    readonly symbol: ts.Symbol,
    readonly checker: ts.TypeChecker,
  ) {
    const isEnum = (symbol.flags & ts.SymbolFlags.Enum) !== 0;
    const members = isEnum ? [...(symbol.exports?.values() ?? [])] : checker.getExportsOfModule(symbol);
    for (const member of members) this.#members.set(member.name, member);
  }

  get names(): readonly string[] {
    return [...this.#members.keys()];
  }

  member(name: string): ts.Symbol | undefined {
    return this.#members.get(name);
  }
}

/** Whether a symbol stands for a module, a namespace or an enum, and for nothing else. */
export function isNamespace(symbol: ts.Symbol): boolean {
  const others = ts.SymbolFlags.Variable | ts.SymbolFlags.Function | ts.SymbolFlags.Class;
  return (symbol.flags & NAMESPACES) !== 0 && (symbol.flags & others) === 0;
}

/** The same value as an object of the source's own; others stay as they are. */
export function opened(value: unknown, at: ts.Node, interpreter: InterpreterState): unknown {
  if (!(value instanceof Namespace)) return value;
  const { realm, origins, library } = interpreter;
  const object = origins.set(realm.own({}), at);
  for (const name of value.names) {
    const member = value.member(name);
    // Types are no members of a value.
    if (member === undefined || !(library.resolve(member).flags & ts.SymbolFlags.Value)) continue;
    const read = interpreter.admitted(interpreter.read(member, at, new Frame()), at);
    realm.put(object, name, read);
    origins.setKey(object, name, at);
    // Enums of numbers have their names as values, too.
    if (typeof read === 'number' && value.symbol.flags & ts.SymbolFlags.Enum) origins.markOpen(object);
  }
  return object;
}
