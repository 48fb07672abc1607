import type { Register } from './register.js';
import type { Fits, Wrong } from './sentence.js';

declare global {
  // Empty here, merged with the real ones: the .d.ts must compile where neither the DOM nor Node's types are loaded.
  interface AbortSignal {}
  interface URL {}
}

type Registered = Register extends { storable: infer Classes } ? Classes : never;
/** Where URL is not declared it is `{}`, which everything is. */
type KnownUrl = [keyof URL] extends [never] ? never : URL;
/** A Buffer by its shape: versions of Node's types declare it in different ways, so that it can't be declared here, too. */
interface BufferLike extends Uint8Array {
  readUInt8(offset?: number): number;
  readBigUInt64LE(offset?: number): bigint;
  swap16(): unknown;
}
type Leaf = string | number | boolean | bigint | null | undefined | BufferLike | Registered;
/** Kept, but not what a subclass adds to it. */
type BuiltIn = Date | RegExp | Error | Uint8Array | KnownUrl;

/**
 * What survives storage: JSON, and Date, bigint, Map, Set, undefined, Uint8Array, Buffer, URL, RegExp, Error, and what
 * {@link Register} admits. Of subclasses, those with methods of their own are refused by the types, and all by the codec.
 */
export type Storable =
  | Leaf
  | BuiltIn
  | readonly Storable[]
  | ReadonlyMap<Storable, Storable>
  | ReadonlySet<Storable>
  | { readonly [key: string]: Storable };

type Deeper<Depth extends readonly 1[]> = [...Depth, 1];
/** Types look no deeper than this: the codec does, at run time. */
type TooDeep<Depth extends readonly 1[]> = Depth['length'] extends 5 ? true : false;
type AnyFunction = (...args: never[]) => unknown;
type Opaque<T> = 0 extends 1 & T ? true : unknown extends T ? true : false;

/** What `T` has beside a `Base` that it extends: what its subclass adds, or what was written on it. */
type Beside<T, Base> = Base extends T ? {} : { [Key in Exclude<keyof T, keyof Base | number | `${number}`>]: T[Key] };
type BuiltInOf<T> = T extends Date ? Date : T extends RegExp ? RegExp : T extends Error ? Error : T extends Uint8Array ? Uint8Array : URL;

/** `never` when all of it can be stored; without paths, so that TypeScript keeps the answer for every type it has seen. */
type Refused<T, Depth extends readonly 1[] = []> =
  Opaque<T> extends true
    ? never
    : T extends Leaf
      ? never
      : T extends AnyFunction | symbol | PromiseLike<unknown>
        ? true
        : TooDeep<Depth> extends true
          ? never
          : T extends BuiltIn
            ? RefusedFields<Beside<T, BuiltInOf<T>>, Depth>
            : T extends readonly (infer Item)[]
              ? Refused<Item, Deeper<Depth>> | RefusedFields<Beside<T, Item[]>, Depth>
              : T extends ReadonlyMap<infer Key, infer Value>
                ? Refused<Key, Deeper<Depth>> | Refused<Value, Deeper<Depth>> | RefusedFields<Beside<T, Map<Key, Value>>, Depth>
                : T extends ReadonlySet<infer Item>
                  ? Refused<Item, Deeper<Depth>> | RefusedFields<Beside<T, Set<Item>>, Depth>
                  : RefusedFields<T, Depth>;
type RefusedFields<T, Depth extends readonly 1[]> = { [Key in keyof T]-?: Refused<T[Key], Deeper<Depth>> }[keyof T];

/** Where in `T` the trouble is, and what it is. */
type Trouble<T, Path extends string, Depth extends readonly 1[] = []> =
  Opaque<T> extends true
    ? never
    : T extends Leaf
      ? never
      : T extends AnyFunction
        ? readonly [Path, 'functions do not survive']
        : T extends symbol
          ? readonly [Path, 'symbols do not survive']
          : T extends PromiseLike<unknown>
            ? readonly [Path, 'it is a promise, await it']
            : TooDeep<Depth> extends true
              ? never
              : T extends BuiltIn
                ? TroubleInFields<Beside<T, BuiltInOf<T>>, Path, Depth>
                : T extends readonly (infer Item)[]
                  ? Trouble<Item, `${Path}[]`, Deeper<Depth>> | TroubleInFields<Beside<T, Item[]>, Path, Depth>
                  : T extends ReadonlyMap<infer Key, infer Value>
                    ?
                        | Trouble<Key, `${Path}[key]`, Deeper<Depth>>
                        | Trouble<Value, `${Path}[]`, Deeper<Depth>>
                        | TroubleInFields<Beside<T, Map<Key, Value>>, Path, Depth>
                    : T extends ReadonlySet<infer Item>
                      ? Trouble<Item, `${Path}[]`, Deeper<Depth>> | TroubleInFields<Beside<T, Set<Item>>, Path, Depth>
                      : TroubleInFields<T, Path, Depth>;
type TroubleInFields<T, Path extends string, Depth extends readonly 1[]> = {
  [Key in keyof T]-?: Trouble<T[Key], `${Path}.${Key extends string | number ? Key : '[symbol]'}`, Deeper<Depth>>;
}[keyof T];

/** Names in `Values` whose value can't be stored. */
export type RefusedNames<Values> = {
  [Name in keyof Values]-?: [Refused<Values[Name]>] extends [never] ? never : Name;
}[keyof Values] &
  string;

/** `readonly [path, reason]` for each part of the values that can't be stored. */
export type Troubles<Values, Names extends string> = Names extends keyof Values ? Trouble<Values[Names], Names> : never;

/** `Value` itself, or the error that names the part which can't be stored. */
export type StorableValue<Value, Error> = [[Refused<Value>] extends [never] ? Fits : 'NOT_STORABLE'] extends [Wrong] ? Error : Value;
