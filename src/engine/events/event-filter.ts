import { inWords } from '../../model/in-words.js';
import { ATOM_STATES, type AtomKind, type AtomState, RUN_STATES, type RunState } from '../../model/states.js';
import { ATOM_BEHAVIORS } from '../state/atom-behavior.js';
import type { FlowEvent, HeardRun } from './events.js';

/** What a listener wants to hear: what fits all that is said here. */
export interface EventFilter<FlowName extends string = string> {
  /** The name of a flow. */
  readonly flow?: FlowName;
  readonly runId?: string;
  /** Of a node, with all that is in it where it is a flow: `'order/pay'`. Of the run as a whole nothing is heard then. */
  readonly path?: string;
  readonly types?: readonly FlowEvent['type'][];
  /** What has come into one of these: runs, tasks, waits and retries. */
  readonly states?: readonly (RunState | AtomState)[];
}

/** The events that a filter lets through, as narrow as its types and states are known. */
export type EventOf<Filter extends EventFilter> = WithPath<
  InStates<OfTypes<FlowEvent, WordIn<Filter, 'types'>>, WordIn<Filter, 'states'>>,
  Filter
>;

/** The words of a list in a filter; `unknown` where it has none. */
type WordIn<Filter, Key extends 'types' | 'states'> = Filter extends { readonly [K in Key]: readonly (infer Word)[] } ? Word : unknown;

type OfTypes<Event, Type> = Event extends { readonly type: infer Own }
  ? Own & Type extends never
    ? never
    : Narrowed<Event, 'type', Own & Type>
  : never;

type InStates<Event, State> = unknown extends State
  ? Event
  : Event extends { readonly state: infer Own }
    ? Own & State extends never
      ? never
      : Narrowed<Event, 'state', Own & State>
    : never;

type WithPath<Event, Filter> = Filter extends { readonly path: string }
  ? Event extends { readonly path?: string }
    ? Event & { readonly path: string }
    : never
  : Event;

/** The event itself, unless less of it is known to come. */
type Narrowed<Event, Key extends keyof Event, Word> = Event[Key] extends Word ? Event : Event & { readonly [K in Key]: Word };

/** Listed by what the compiler knows: a new type of event does not compile without its line here. Beside them is one for each kind of atom. */
const OTHER_TYPES: Readonly<Record<Exclude<FlowEvent['type'], AtomKind | 'run'>, true>> = {
  signal: true,
  late: true,
  stuck: true,
  slot: true,
  progress: true,
  emitted: true,
  journal: true,
  recovery: true,
  poison: true,
  board: true,
  conductor: true,
  schedule: true,
};

const EVENT_TYPES: readonly string[] = ['run', ...Object.keys(ATOM_BEHAVIORS), ...Object.keys(OTHER_TYPES)];

const STATES: readonly string[] = [...RUN_STATES, ...ATOM_STATES];

/** A filter, as engines and listeners go by it. */
export interface Hearing {
  /** Whether anything of this run may be heard. */
  hears(run: HeardRun): boolean;
  passes(event: FlowEvent): boolean;
}

/** @throws TypeError for what no event can fit: a listener that hears nothing by mistake is hard to find */
export function hearingOf(filter: EventFilter): Hearing {
  const { flow, runId, path } = filter;
  for (const [name, value] of Object.entries({ flow, runId, path }))
    if (value !== undefined && typeof value !== 'string') throw wrong(name, value, 'a text');
  const types = wordsOf('types', filter.types, EVENT_TYPES);
  const states = wordsOf('states', filter.states, STATES);
  const hears = (run: HeardRun): boolean => (flow === undefined || run.flow === flow) && (runId === undefined || run.runId === runId);
  return {
    hears,
    passes: (event) =>
      hears(event) &&
      (types === undefined || types.has(event.type)) &&
      (states === undefined || ('state' in event && states.has(event.state))) &&
      (path === undefined || ('path' in event && isAt(event.path, path))),
  };
}

function isAt(path: string | undefined, node: string): boolean {
  return path !== undefined && (path === node || path.startsWith(`${node}/`));
}

function wordsOf(name: string, list: unknown, known: readonly string[]): ReadonlySet<string> | undefined {
  if (list === undefined) return undefined;
  if (!Array.isArray(list)) throw wrong(name, list, 'a list');
  for (const word of list) if (!known.includes(word)) throw wrong(`one of ${name}`, word, `one of ${known.join(', ')}`);
  return new Set(list);
}

function wrong(name: string, given: unknown, wanted: string): TypeError {
  return new TypeError(`${name} of a listener's filter is ${inWords(given)}: it must be ${wanted}`);
}
