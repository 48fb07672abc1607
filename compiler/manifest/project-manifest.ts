import type { FlowDefinition } from '#authoring';
import { type BoundFlow, manifestOf, pathsOf, type ShapeOrigin } from '#compilation';
import type { Diagnostic } from '#model/diagnostics.js';
import { digest } from '#model/ids.js';
import { canonicalText, type Json } from '#model/json.js';
import type { Finding } from '../findings/finding.js';
import type { Place } from '../findings/place.js';
import type { FlowReading, ProjectReading } from '../reading/index.js';
import { placeOf } from '../source/index.js';
import { madeByArgs } from './made-by-args.js';

/** The canonical description of one flow, as its runs are stored with it. */
export interface FlowManifest {
  readonly name: string;
  readonly version: number;
  /** Equal to what `flow.compile()` says, if the flow is `known`. */
  readonly fingerprint: string;
  /** Whether all of it could be read from source. */
  readonly known: boolean;
  /** Only a part of other flows, as far as the project shows: it has no runs of its own. */
  readonly part: boolean;
  readonly manifest: Json;
}

/** The same of a flow that is here, with what a comparison needs beside it. */
export interface PresentFlow extends FlowManifest {
  readonly definition: FlowDefinition;
  /** Atom → the inputs that it can't do without, and where they come from. */
  readonly needs: ReadonlyMap<string, readonly Need[]>;
  /** What the deciders of choices and links read. */
  readonly deciderReads: readonly DeciderRead[];
  /** Where an atom was added; the flow itself for a path that is not in it. */
  readonly placeOf: (path: string) => Place;
}

export interface Need {
  readonly input: string;
  readonly source: BoundFlow['atoms'][number]['inputs'][string];
}

export interface DeciderRead {
  /** The choice, or the node that the link leads to. */
  readonly path: string;
  readonly value: string;
  readonly source: Need['source'];
  /** Of a link, the node that it comes from. */
  readonly from?: string;
}

/** The flows of a project that compile, by name; of those that a factory makes one, for all that is known of them. */
export function manifestsOf(reading: ProjectReading): readonly PresentFlow[] {
  const { flows, apps, factories } = reading;
  const made = madeByArgs(reading);
  const inApps = new Set(apps.flatMap((app) => app.flows.map(({ definition }) => definition)));
  const nested = new Set(flows.flatMap(({ origins, before }) => [...origins.slice(1), ...(before?.origins.slice(1) ?? [])]));
  const isPart = ({ name, definition }: Pick<FlowReading, 'name' | 'definition'>): boolean =>
    nested.has(definition) && !inApps.has(definition) && factories.every((factory) => factory.name !== name);
  const able = flows.filter(canRun);
  const manifests = able.flatMap((flow): readonly PresentFlow[] => {
    const { name, before, definition } = flow;
    const present = presentFlow(flow, isPart({ name, definition: before?.definition ?? definition }));
    if (!made.has(name)) return [present];
    return able.find((one) => one.name === name) === flow ? [{ ...present, known: false }] : [];
  });
  return manifests.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

/** Whether a flow is compiled without errors, as far as it is known. */
function canRun({ bound, gaps }: FlowReading): boolean {
  return gaps.some(({ hidesNames }) => hidesNames) || bound.diagnostics.every(({ severity }) => severity !== 'error');
}

/** What `compile()` says of the flows that have no manifest, as they can't run. */
export function leftOut({ flows }: ProjectReading): readonly LeftOut[] {
  const broken = flows.filter((flow) => !canRun(flow));
  return broken.map((flow) => ({
    name: flow.name,
    findings: flow.bound.diagnostics.flatMap((diagnostic) => findingOf(flow, diagnostic)),
  }));
}

export interface LeftOut {
  readonly name: string;
  readonly findings: readonly Finding[];
}

function findingOf(flow: FlowReading, { severity, code, path, message }: Diagnostic): readonly Finding[] {
  if (severity !== 'error') return [];
  const place = placeOf(flow.placeOf(Math.max(0, pathsOf(flow.shape).lastIndexOf(path))));
  return [{ code, severity, place, message: `flow '${flow.name}' is left out, as it can't run: ${path}: ${message}`, related: [] }];
}

/** What a comparison needs of a flow, wherever it was read. */
export function presentFlow(
  flow: Pick<FlowReading, 'name' | 'definition' | 'compiled' | 'origins' | 'gaps' | 'placeOf'>,
  part: boolean,
): PresentFlow {
  const { name, definition, compiled, gaps } = flow;
  const manifest = manifestOf(compiled.shape, compiled.bound);
  const nodes = new Map(compiled.bound.atoms.map(({ path, node }) => [path, node]));
  return {
    name,
    version: definition.version,
    fingerprint: digest(canonicalText(manifest)),
    known: gaps.length === 0,
    part,
    manifest,
    definition,
    needs: needsIn(flow),
    deciderReads: deciderReadsIn(flow),
    placeOf: (path) => placeOf(flow.placeOf(nodes.get(path) ?? 0)),
  };
}

function deciderReadsIn({ compiled: { shape, bound } }: Pick<FlowReading, 'compiled'>): readonly DeciderRead[] {
  const paths = pathsOf(shape);
  return shape.nodes.flatMap((node, index): readonly DeciderRead[] => {
    const path = paths[index] as string;
    if (node.kind !== 'flow') return [];
    const reads = Object.entries(bound.reads.get(index) ?? {}).map(([value, source]) => ({ path, value, source }));
    const links = node.links.flatMap(({ from, to, decider }) => {
      const source = bound.children[index]?.find((child) => shape.nodes[child]?.name === from);
      const values = decider === 'function' && source !== undefined ? [...(bound.outputs[source]?.values ?? [])] : [];
      return values.map(([value, one]) => ({ path: `${path}/${to}`, value, source: one, from }));
    });
    return [...reads, ...links];
  });
}

function needsIn({ compiled, origins }: Pick<FlowReading, 'compiled' | 'origins'>): ReadonlyMap<string, readonly Need[]> {
  return new Map(
    compiled.bound.atoms.map(({ path, node, revertInputs }) => {
      const origin = origins[node];
      const optional = new Set(portsOf(origin).flatMap(({ name, optional }) => (optional ? [name] : [])));
      const needs = Object.entries(revertInputs).flatMap(([input, source]) => (optional.has(input) ? [] : [{ input, source }]));
      return [path, needs];
    }),
  );
}

/** What a task, or a retry of the user's own, says that it takes. Stock retries take nothing optional. */
function portsOf(origin: ShapeOrigin): readonly { readonly name: string; readonly optional: boolean }[] {
  switch (origin?.kind) {
    case 'task':
      return [...origin.requires, ...origin.revertRequires];
    case 'custom':
      return origin.requires;
    case 'flow':
    case 'times':
    case 'forEach':
    case 'forEachOf':
    case 'alwaysRevert':
    case 'alwaysRevertAll':
    case undefined:
      return [];
  }
}
