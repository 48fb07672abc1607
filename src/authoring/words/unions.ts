import type { Flat, OptionalKeys } from './names.js';

/*
 * Unions of types, and what they come to: a node that is one of several needs what each of them needs, and gives for certain
 * only what all of them give.
 */

/** The intersection of the members. Conflicting literals make all of it `never`. */
export type AllOf<Union> = (Union extends unknown ? (member: Union) => void : never) extends (all: infer All) => void ? All : never;

/** One member of a union. Inference from overloads takes the last one. */
export type LastOf<Union> = AllOf<Union extends unknown ? () => Union : never> extends () => infer Last ? Last : never;

/** Whether a type has several members. */
export type IsUnion<Union, Whole = Union> = Union extends unknown ? ([Whole] extends [Union] ? false : true) : never;

/** Names that a member has. */
export type NamesIn<Union> = Union extends unknown ? keyof Union : never;

type OneValue<Union, Name> = Union extends unknown ? (Name extends keyof Union ? (value: Union[Name]) => void : never) : never;

/** What is asked for by name, with all that the members ask of it: `never` where they exclude each other. */
type EachOf<Union> = { [Name in NamesIn<Union>]: OneValue<Union, Name> extends (value: infer All) => void ? All : never };

/** What satisfies every member of a union of demands; where two exclude each other, that one name is `never`. */
export type Together<Union> = AllOf<Union> extends infer All ? ([All] extends [never] ? EachOf<Union> : All) : never;

/** Two demands at once: their intersection, or name by name where that would be `never`. */
export type Both<One, Other> = [One & Other] extends [never] ? EachOf<One | Other> : One & Other;

type UncertainIn<Union> = Union extends unknown ? OptionalKeys<Union> : never;
type ValueIn<Union, Name> = Union extends unknown ? (Name extends keyof Union ? Union[Name] : never) : never;

/** What is there if one member of a union of outputs is there: a name that every member has is certain, the others may be absent. */
export type EitherOf<Union> = OutputsOf<Union, Exclude<keyof Union, UncertainIn<Union>>>;
type OutputsOf<Outputs, Certain> = Flat<
  { [Name in Extract<NamesIn<Outputs>, Certain>]: ValueIn<Outputs, Name> } & {
    [Name in Exclude<NamesIn<Outputs>, Certain>]?: Exclude<ValueIn<Outputs, Name>, undefined>;
  }
>;
