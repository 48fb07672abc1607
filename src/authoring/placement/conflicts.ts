import type { Needs } from '../definition/node-types.js';

type AskedIn<Ns, Name> = {
  [Id in keyof Ns]: Name extends keyof Needs<Ns[Id]> ? (value: Needs<Ns[Id]>[Name]) => void : never;
}[keyof Ns];

/** Names of values that several nodes need from outside, with types that exclude each other. */
export type Conflicts<Ns, Name> = Name extends string
  ? AskedIn<Ns, Name> extends (value: infer All) => void
    ? [All] extends [never]
      ? Name
      : never
    : never
  : never;
