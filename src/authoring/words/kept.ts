/**
 * Marks a value of a class's result as one of its `keeps`, so that the types of a flow leave it out of scope, as the
 * run does. A plain value stands where a kept one is wanted. (`defineTask` sees `keeps` itself and needs no mark.)
 *
 * @example
 * ```ts
 * import { Task, type Kept } from 'flowproof';
 *
 * @Task({ provides: ['link'], keeps: ['previous'] })
 * class SwitchLink {
 *   async execute(): Promise<{ link: string; previous: Kept<string> }> {
 *     return { link: 'releases/2', previous: 'releases/1' };
 *   }
 * }
 * ```
 */
export type Kept<Value> = Value extends null | undefined ? Value : Value & KeptMark;

interface KeptMark {
  readonly '~flowproof: kept'?: never;
}

/** Names of the results that carry the mark. */
export type KeptNames<Results> = {
  [Name in keyof Results]-?: IsKept<keyof NonNullable<Results[Name]>> extends true ? Name : never;
}[keyof Results];

/** An index signature and `any` have all keys: they are not marked. */
type IsKept<Keys> = string extends Keys ? false : '~flowproof: kept' extends Keys ? true : false;
