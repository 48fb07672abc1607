import type { ts } from '../../source/index.js';
import type { InterpreterState, NativeCalls } from '../ground/interpreter-state.js';
import { opened } from '../ground/namespaces.js';
import { GLOBAL_NUMBERS, GLOBAL_OBJECTS, type GlobalObject, methodsOf, type Native } from '../ground/native-methods.js';
import { isObject } from '../ground/origins.js';
import { CannotKnow, Thrown, Unknown } from '../ground/unknown.js';
import { itemsOf, primitiveOf, weigh } from './coercion.js';
import { CHANGING } from './module-changes.js';

/**
 * JavaScript's own functions, as far as the source may call them. It never holds them: what it gets is a stand-in that can be
 * called, and handed on as a callback.
 */
export class Natives implements NativeCalls {
  readonly #interpreter: InterpreterState;
  readonly #standIns = new Map<Native | GlobalObject, object>();
  readonly #natives = new WeakMap<object, Native>();
  readonly #globals = new WeakMap<object, GlobalObject>();
  /** The call that is being read: a callback has no place of its own. */
  #at: ts.Node | undefined;

  constructor(interpreter: InterpreterState) {
    this.#interpreter = interpreter;
  }

  global(name: string): unknown {
    const object = GLOBAL_OBJECTS.get(name);
    if (object === undefined) return GLOBAL_NUMBERS.get(name);
    const standIn = this.#standIn(object, object.call);
    this.#globals.set(standIn, object);
    return standIn;
  }

  memberOf(owner: unknown, key: string): unknown {
    const object = isObject(owner) ? this.#globals.get(owner) : undefined;
    const member = object?.members.get(key);
    return member === undefined ? object?.constants.get(key) : this.#standIn(member, member);
  }

  methodOf(owner: unknown, key: string): Native | undefined {
    const object = isObject(owner) ? this.#globals.get(owner) : undefined;
    if (object !== undefined) return object.members.get(key);
    return isObject(owner) && !this.#interpreter.realm.isOwn(owner) ? undefined : methodsOf(owner)?.get(key);
  }

  behind(value: unknown): Native | undefined {
    return isObject(value) ? this.#natives.get(value) : undefined;
  }

  call(native: Native, owner: unknown, given: readonly unknown[], at: ts.Node): unknown {
    const interpreter = this.#interpreter;
    const self = isObject(owner) && this.#globals.has(owner) ? undefined : owner;
    const before = this.#at;
    this.#at = at;
    try {
      // What only looks into a namespace looks into an object with its members.
      const args = self === undefined ? given.map((arg) => opened(arg, at, interpreter)) : given;
      return this.#called(native, self, args, at);
    } catch (error) {
      if (error instanceof CannotKnow) return interpreter.unknown(error.unknown.reason, at, error.unknown);
      if (error instanceof Thrown) throw error;
      if (native.name === 'parse' && error instanceof SyntaxError) throw new Thrown();
      return interpreter.unknown(`'${native.name}' can't be called so`, at);
    } finally {
      this.#at = before;
    }
  }

  #called(native: Native, self: unknown, args: readonly unknown[], at: ts.Node): unknown {
    const interpreter = this.#interpreter;
    const { realm, origins } = interpreter;
    const unknown = args.find((arg) => arg instanceof Unknown);
    if (unknown instanceof Unknown && !native.moves) {
      if (CHANGING.has(native.name) && realm.isOwn(self)) origins.markOpen(self);
      return interpreter.unknown(unknown.reason, at, unknown);
    }
    const open = [self, ...args].some((value) => origins.isOpen(value));
    if (open && native.judges) return interpreter.unknown('it depends on a list that is known only in part', at);
    if (native.primitive) return this.#computed(native, self, args, at);
    if (!native.shallow) for (const value of [self, ...args]) interpreter.copy(weigh(value, at, interpreter), at);
    if (native.name === 'stringify' && !args.every((arg) => this.#isData(arg))) throw new TypeError('more than data');
    // What `Object.entries(value)` looks into must be the source's: a method of a list looks into that list.
    if (self === undefined && OPENING.has(native.name) && !realm.isOwn(args[0])) throw new TypeError('not its own');
    interpreter.copy(costOf(native.name, self, args), at);
    const given = args.map((arg) => (typeof arg === 'function' ? this.#callback(native, arg, at) : arg));
    if (native.name === 'from') given[0] = this.#listOf(args[0], at);
    const result = this.#adopted(native.name === 'assign' ? this.#assign(args, at) : native.run(self, given));
    if (native.judges && !native.asks && !isObject(result) && hasUnknown(self))
      return interpreter.unknown('it depends on what is known only at run time', at);
    const isMore = open || (native.name === 'concat' && unknown !== undefined);
    if (isMore && isObject(result)) origins.markOpen(result);
    return result;
  }

  /** With texts, numbers and the like only, so that JavaScript itself makes none of something else. */
  #computed(native: Native, self: unknown, args: readonly unknown[], at: ts.Node): unknown {
    const interpreter = this.#interpreter;
    const replaces = native.name === 'replace' || native.name === 'replaceAll';
    const given = args.map((arg) =>
      replaces && typeof arg === 'function' ? this.#callback(native, arg, at) : primitiveOf(arg, at, interpreter),
    );
    const unknown = given.find((arg) => arg instanceof Unknown);
    if (unknown instanceof Unknown) return unknown;
    interpreter.copy(costOf(native.name, self, given), at);
    return this.#adopted(native.run(self, given));
  }

  /** Whatever has items, or says how many it has. */
  #listOf(value: unknown, at: ts.Node): readonly unknown[] {
    const items = itemsOf(value, at, this.#interpreter);
    if (items !== undefined) return items;
    const { realm } = this.#interpreter;
    const length: unknown = realm.isOwn(value) ? realm.find(value, 'length')?.value : undefined;
    if (typeof length !== 'number' || !realm.isOwn(value)) throw new TypeError('no list');
    this.#interpreter.copy(length, at);
    return Array.from({ length }, (_, index) => realm.find(value, String(index))?.value as unknown);
  }

  /** Property by property, as the source itself would. */
  #assign([target, ...sources]: readonly unknown[], at: ts.Node): unknown {
    const { realm, origins } = this.#interpreter;
    for (const source of sources) {
      if (source instanceof Unknown) origins.markOpen(target as object);
      if (!realm.isOwn(source)) continue;
      for (const key of Object.keys(source)) {
        if (!realm.put(target as object, key, realm.find(source, key)?.value)) origins.markOpen(target as object);
        origins.setKey(target as object, key, origins.ofKey(source, key) ?? at);
      }
    }
    return target;
  }

  /** What JavaScript calls with what it has: it must answer with what JavaScript can use. */
  #callback(native: Native, fn: object, at: ts.Node): unknown {
    const interpreter = this.#interpreter;
    const call = (args: readonly unknown[]): unknown => Reflect.apply(fn as () => unknown, undefined, args as []);
    const ofSource = interpreter.realm.isOwn(fn) || this.#natives.has(fn);
    if (!ofSource) return () => new Unknown('JavaScript calls what the library made', at, undefined);
    if (native.asks) return (...given: unknown[]) => interpreter.holds(call(given), interpreter.origins.of(fn) ?? at);
    if (native.shallow) return fn;
    return (...given: unknown[]) => {
      const answer = call(given);
      if (isObject(answer))
        throw new CannotKnow(answer instanceof Unknown ? answer : new Unknown('it answers with an object', at, undefined));
      return answer;
    };
  }

  /** Makes what JavaScript has made anew the source's own. Iterators become lists. */
  #adopted(value: unknown): unknown {
    const { realm } = this.#interpreter;
    if (!isObject(value) || value instanceof Unknown || realm.admits(value)) return value;
    const made = isIterator(value) ? [...value] : value;
    // Nothing else is made by what may be called.
    const prototype: unknown = Object.getPrototypeOf(made);
    if ((prototype !== Array.prototype && prototype !== Object.prototype) || Object.isFrozen(made)) throw new TypeError('not made here');
    for (const [key, item] of Object.entries(made)) Reflect.set(made, key, this.#adopted(item));
    return realm.own(made);
  }

  /** Data and nothing else, as deep as it goes: what the library made is left out. */
  #isData(value: unknown): boolean {
    if (!isObject(value)) return true;
    return this.#interpreter.realm.isOwn(value) && typeof value !== 'function' && Object.values(value).every((item) => this.#isData(item));
  }

  #standIn(of: Native | GlobalObject, call: Native | undefined): object {
    const known = this.#standIns.get(of);
    if (known !== undefined) return known;
    const standIn = call === undefined ? Object.freeze({}) : this.#callable(call);
    this.#standIns.set(of, standIn);
    return this.#interpreter.realm.hand(standIn);
  }

  #callable(native: Native): object {
    const callable = (...args: readonly unknown[]): unknown => {
      if (this.#at === undefined) throw new TypeError('called by nobody');
      return this.call(native, undefined, args, this.#at);
    };
    this.#natives.set(callable, native);
    return Object.freeze(callable);
  }
}

const OPENING: ReadonlySet<string> = new Set(['keys', 'values', 'entries', 'fromEntries', 'hasOwn', 'assign', 'freeze']);

function hasUnknown(list: unknown): boolean {
  return Array.isArray(list) && list.some((item) => item instanceof Unknown);
}

function isIterator(value: object): value is IterableIterator<unknown> {
  return typeof (value as Partial<Iterator<unknown>>).next === 'function' && Symbol.iterator in value;
}

/** How large what comes of a call may be, before it is made. */
function costOf(name: string, self: unknown, args: readonly unknown[]): number {
  const own = sizeOf(self);
  const given = args.reduce((sum: number, arg) => sum + sizeOf(arg), 1);
  switch (name) {
    case 'repeat':
      return own * Number(args[0]);
    case 'padStart':
    case 'padEnd':
      return own + Number(args[0]);
    case 'replace':
    case 'replaceAll':
      // What stands in for a part may hold all that is before it.
      return args.some((arg) => typeof arg === 'string' && arg.includes('$')) ? own * own * given : own * given;
    case 'join':
      return own * given;
    default:
      return own + given;
  }
}

function sizeOf(value: unknown): number {
  if (typeof value === 'string' || Array.isArray(value)) return value.length;
  if (value instanceof Map || value instanceof Set) return value.size;
  if (!isObject(value) || value instanceof Unknown) return 0;
  return 0;
}
