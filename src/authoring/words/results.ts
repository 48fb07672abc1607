import type { EitherOf, IsUnion } from './unions.js';

/** The outputs of a task whose `execute` gives `R`: none, when that is no object or when it never gives anything. */
export type AsResults<R> = [R] extends [never] ? {} : R extends object ? R : {};

/** What a flow sees of results: where there are several kinds of them, what only some of them have may be absent. */
export type Outputs<Results> = IsUnion<Results> extends false ? Spelled<Results> : EitherOf<Results>;

/** Numbers as keys are texts, as JavaScript has them. */
type Spelled<Results> = [Extract<keyof Results, number>] extends [never]
  ? Results
  : string extends keyof Results
    ? Results
    : { [Key in keyof Results as Key extends number ? `${Key}` : Key]: Results[Key] };
