/*
 * The values that are visible at one place of a flow, in the encoding that stays near linear to check (measured):
 * `Recent` is the intersection of the last adds, at most 16; `Chunks` are older ones, frozen 16 at a time; `Visible`
 * is the union of all names.
 */

export type Counter = readonly 1[];

type InChunks<Chunks, Name> = Chunks extends readonly [infer Head, ...infer Rest]
  ? Name extends keyof Head
    ? Head[Name]
    : InChunks<Rest, Name>
  : never;

/** The type of a visible value. */
export type Visible<Recent, Chunks, Name> = Name extends keyof Recent ? Recent[Name] : InChunks<Chunks, Name>;

type Merged<Chunks, Sum> = Chunks extends readonly [infer Head, ...infer Rest] ? Merged<Rest, Sum & Head> : Sum;

/** All values but those that came in from outside. */
export type Provided<Recent, Chunks, Inputs> =
  Merged<Chunks, Recent> extends infer All ? { [Name in keyof All as Name extends Inputs ? never : Name]: All[Name] } : never;

/** `Values` without the names that are about to be replaced. */
export type Drop<Values, Names> = { [Name in keyof Values as Name extends Names ? never : Name]: Values[Name] };

/** Every chunk without the names that are about to be replaced. */
export type DropFromAll<Chunks extends readonly unknown[], Names> = { [Index in keyof Chunks]: Drop<Chunks[Index], Names> };

type AbsentInChunks<Chunks, Name> = Chunks extends readonly [infer Head, ...infer Rest]
  ? Name extends keyof Head
    ? {} extends Pick<Head, Name>
      ? true
      : false
    : AbsentInChunks<Rest, Name>
  : false;

/** Whether a visible value is optional: something that may be skipped provides it. Asks the cheap question first. */
export type MayBeAbsent<Recent, Chunks, Name> =
  undefined extends Visible<Recent, Chunks, Name>
    ? Name extends keyof Recent
      ? {} extends Pick<Recent, Name>
        ? true
        : false
      : AbsentInChunks<Chunks, Name>
    : false;
