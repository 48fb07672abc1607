import type { StandardSchema } from '../../model/schema.js';

/**
 * What a task says of its values: a list of names, or a map from name to `true` or a Standard Schema. A trailing
 * question mark (`'zone?'`) makes an input optional.
 */
export type Names = readonly string[] | Readonly<Record<string, true | StandardSchema>>;

/** The names as they were written, with question marks. */
export type WrittenNames<N> = N extends readonly (infer Name)[] ? Name & string : keyof N & string;

/** A member of an enum becomes its text. */
type Bare<Name> = Name extends `${infer Rest}?` ? Rest : Name extends string ? `${Name}` : never;

/** The names without question marks. */
export type NamesOf<N> = Bare<WrittenNames<N>>;

/** Those that were written with a question mark, without it. */
export type OptionalNames<N> = WrittenNames<N> extends infer Name ? (Name extends `${infer Rest}?` ? Rest : never) : never;

/** Those that were written without a question mark. */
export type CertainNames<N> = Exclude<NamesOf<N>, OptionalNames<N>>;

/** What the schema under this name produces; `unknown` where there is none. */
export type ParsedValue<Schema> = Schema extends StandardSchema
  ? NonNullable<Schema['~standard']['types']> extends { readonly output: infer Output }
    ? Output
    : unknown
  : unknown;

/** What must be given to the schema under this name. */
export type RawValue<Schema> = Schema extends StandardSchema
  ? NonNullable<Schema['~standard']['types']> extends { readonly input: infer Input }
    ? Input
    : unknown
  : unknown;

/** The object that these names describe: parsed types where there are schemas, `unknown` elsewhere. */
export type ShapeOf<N> = N extends readonly unknown[]
  ? Flat<{ readonly [Name in CertainNames<N>]: unknown } & { readonly [Name in OptionalNames<N>]?: unknown }>
  : Flat<
      { readonly [Key in keyof N as Key extends `${string}?` ? never : Key]: ParsedValue<N[Key]> } & {
        readonly [Key in keyof N as Key extends `${infer Name}?` ? Name : never]?: ParsedValue<N[Key]>;
      }
    >;

/** The same names, with `any` under each. */
// biome-ignore lint/suspicious/noExplicitAny: it stands for an `any` of the user's
export type AnyShapeOf<N> = { readonly [Name in CertainNames<N>]: any } & { readonly [Name in OptionalNames<N>]?: any };

/** Prints as one object; the conditional drops the name of the alias. */
export type Flat<Type> = Type extends infer T ? { [Key in keyof T]: T[Key] } : never;

/** Keys that must be there. Only `?:` makes a key optional; `| undefined` does not. */
export type RequiredKeys<Type> = { [Key in keyof Type]-?: {} extends Pick<Type, Key> ? never : Key }[keyof Type] & string;

/** Keys that may be left out. */
export type OptionalKeys<Type> = Exclude<keyof Type & string, RequiredKeys<Type>>;

/** The values that are known by their names. Of a `Record<string, …>` it is unknown which ones are there. */
export type Named<Values> = string extends keyof Values
  ? 0 extends 1 & Values
    ? {}
    : { [Name in keyof Values as string extends Name ? never : number extends Name ? never : Name]: Values[Name] }
  : Values;
