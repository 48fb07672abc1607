import type { FlowDefinition } from '#authoring';
import { describe, type FlowShape, pathsOf, targeted } from '#compilation';
import type { Finding } from '../findings/finding.js';
import { definitionOf, type FlowReading, isMadeUp, loadedReading, type ProjectReading } from '../reading/index.js';
import { placeOf, type ts } from '../source/index.js';
import { type Difference, differences } from './differences.js';

/** A flow that was built while a module was loaded. */
export interface LoadedFlow {
  readonly shape: FlowShape;
  /** The module that was loaded, or one that it imports. */
  readonly javascript: string;
  /** The source of this project that built it; `undefined`: unknown. */
  readonly source: string | undefined;
  /** The `.build()` in it, if that can be found. */
  readonly at: ts.CallExpression | undefined;
  /** The JavaScript was made before the source was changed. */
  readonly old: boolean;
}

/** A project of which more is known. */
export interface Matched {
  readonly reading: ProjectReading;
  readonly findings: readonly Finding[];
}

/** What a flow is like that was loaded, and what it was loaded from. */
interface Known {
  readonly definition: FlowDefinition;
  readonly shape: FlowShape;
  readonly from: LoadedFlow;
}

type UnreadFlow = ProjectReading['unread'][number];

/**
 * Puts what was loaded in the place of what could not be read, so that it is judged like everything else. Where both are
 * known they must say the same.
 */
export function matchLoaded(reading: ProjectReading, loaded: readonly LoadedFlow[], say: (file: string) => string): Matched {
  const matches = new Map<FlowReading | UnreadFlow, FlowReading[]>();
  const confirmed = new Set<FlowReading>();
  const left: { readonly known: Known; readonly whole: readonly FlowReading[] }[] = [];
  const add = (known: Known, partial: FlowReading | UnreadFlow): void => {
    const before = 'shape' in partial ? partial : undefined;
    const gaps = 'shape' in partial ? partial.gaps : [partial.gap];
    const flow = loadedReading(known.definition, { at: partial.at, gaps, ...(before === undefined ? {} : { before }) });
    matches.set(partial, [...(matches.get(partial) ?? []), flow]);
  };
  for (const known of distinctLoaded(loaded)) {
    const candidates = reading.flows.filter((flow) => mayBe(flow, known, reading));
    const same = candidates.find((flow) => flow.gaps.length === 0 && differences(flow.compiled.shape, known.shape).length === 0);
    const open = candidates.filter(({ gaps }) => gaps.length > 0);
    const unread = reading.unread.filter((one) => mayBeUnread(one, known, reading));
    if (same !== undefined) confirmed.add(same);
    else if (open.length > 0) for (const flow of open) add(known, flow);
    else if (unread.length > 0) for (const one of unread) add(known, one);
    else left.push({ known, whole: candidates });
  }
  const findings: Finding[] = [];
  const more: FlowReading[] = [];
  for (const { known, whole } of left) {
    const unconfirmed = whole.filter((flow) => !confirmed.has(flow));
    const [first] = whole;
    const at = known.from.at ?? first?.at;
    // One `.build()` may make many flows: if all that the source shows are there, this is one more.
    if (unconfirmed.length > 0) findings.push(...differing(closest(unconfirmed, known.shape), known, say));
    else if (at !== undefined)
      more.push(loadedReading(known.definition, { at, gaps: [], ...(first === undefined ? {} : { before: first }) }));
  }
  const flows = reading.flows.flatMap((flow) => matches.get(flow) ?? [flow]);
  const found = reading.unread.flatMap((one) => matches.get(one) ?? []);
  const unread = reading.unread.filter((one) => !matches.has(one));
  return { reading: { ...reading, flows: distinct([...flows, ...found, ...more]), unread }, findings };
}

/** A module may be loaded more than once, and build the same flow more than once. */
function distinctLoaded(loaded: readonly LoadedFlow[]): readonly Known[] {
  const seen = new Set<string>();
  return loaded.flatMap((from) => {
    const key = `${from.source ?? ''} ${from.at?.pos ?? ''} ${JSON.stringify(from.shape)}`;
    if (seen.has(key)) return [];
    seen.add(key);
    const definition = definitionOf(from.shape);
    return { definition, shape: targeted(describe(definition)).shape, from };
  });
}

/** By where it was built and its name; a name that is unknown may be any that no other flow has which that `.build()` makes. */
function mayBe(flow: FlowReading, { definition, from }: Known, { flows }: ProjectReading): boolean {
  if (!builtBy(flow, from)) return false;
  if (flow.name === definition.name) return true;
  return from.at !== undefined && isMadeUp(flow.name) && !flows.some((other) => other.name === definition.name && builtBy(other, from));
}

/** Without the place of its `.build()` it could be any of several. */
function mayBeUnread(unread: UnreadFlow, { from }: Known, { unread: all }: ProjectReading): boolean {
  return builtBy(unread, from) && (from.at !== undefined || all.filter((other) => builtBy(other, from)).length === 1);
}

function builtBy({ at }: Pick<FlowReading, 'at'>, { at: known, source }: LoadedFlow): boolean {
  if (known !== undefined) return at === known;
  return source === undefined || at.getSourceFile().fileName === source;
}

/** Several notes may be matched by one flow. */
function distinct(flows: readonly FlowReading[]): readonly FlowReading[] {
  const seen = new Set<FlowDefinition>();
  return flows.filter(({ definition }) => {
    if (seen.has(definition)) return false;
    seen.add(definition);
    return true;
  });
}

interface Differing {
  readonly flow: FlowReading;
  readonly found: readonly Difference[];
}

function closest(flows: readonly FlowReading[], shape: FlowShape): Differing {
  const all = flows.map((flow): Differing => ({ flow, found: differences(flow.compiled.shape, shape) }));
  return all.reduce((best, one) => (one.found.length < best.found.length ? one : best));
}

function differing({ flow, found }: Differing, { from }: Known, say: (file: string) => string): readonly Finding[] {
  const paths = pathsOf(flow.shape);
  const advice = from.old
    ? `${say(from.javascript)} is older than its source: build it again`
    : `it was loaded from ${say(from.javascript)}`;
  return found.map(({ path, says }) => {
    let around = path;
    while (!paths.includes(around) && around.includes('/')) around = around.slice(0, around.lastIndexOf('/'));
    const who = path === flow.name ? `flow '${flow.name}'` : `flow '${flow.name}', node '${path.slice(flow.name.length + 1)}'`;
    const place = placeOf(flow.placeOf(Math.max(0, paths.indexOf(around))));
    return { code: 'LOAD_DIFFERS', severity: 'error', message: `${who}: ${says}; ${advice}`, place, related: [] };
  });
}
