import type { AnyFlow, Flow } from '../definition/flow.js';
import type { Sentence } from '../words/sentence.js';
import type { StorableValue } from '../words/storable.js';

/** Nothing to object to, or the sentence that says what is wrong with what a factory takes or gives. */
export type CheckFactory<Name extends string, Args, F extends AnyFlow> = [F['name']] extends [Name]
  ? CheckArgs<Args>
  : string extends F['name']
    ? CheckArgs<Args>
    : Sentence<'BAD_FACTORY', { flow: Name; what: `flow '${F['name']}'` }>;

type CheckArgs<Args> =
  StorableValue<Args, Refused> extends infer Found
    ? [Found] extends [Refused]
      ? [Refused] extends [Found]
        ? Refused
        : unknown
      : unknown
    : never;
type Refused = Sentence<'NOT_STORABLE', { path: 'args'; reason: 'it holds what does not survive' }>;

/** The flow; one made in a loop has no name in types, and gets that of its factory. */
export type NamedFlow<F extends AnyFlow, Name extends string> =
  F extends Flow<infer Own, infer Req, infer Prov, infer Services> ? (string extends Own ? Flow<Name, Req, Prov, Services> : F) : never;
