import { manifestOf } from '#compilation';
import { digest } from '#model/ids.js';
import { canonicalText, type Json } from '#model/json.js';
import type { Place } from '../findings/place.js';
import type { FlowReading, ProjectReading } from '../reading/index.js';
import { placeOf } from '../source/index.js';

/** The canonical description of one flow, as its runs are stored with it. */
export interface FlowManifest {
  readonly name: string;
  readonly version: number;
  /** Equal to what `flow.compile()` says, if the flow is `known`. */
  readonly fingerprint: string;
  /** Whether all of it could be read from source. */
  readonly known: boolean;
  readonly manifest: Json;
  readonly place: Place;
}

/** The flows of a project by name, those that are only parts of others left out. */
export function manifestsOf({ flows }: ProjectReading): readonly FlowManifest[] {
  return flows
    .filter(canRun)
    .map(manifestIn)
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

/** Whether a flow is compiled without errors, as far as it is known. */
function canRun({ linked, gaps }: FlowReading): boolean {
  return gaps.some(({ hidesNames }) => hidesNames) || linked.diagnostics.every(({ severity }) => severity !== 'error');
}

function manifestIn({ name, shape, compiled, gaps, placeOf: nodeAt }: FlowReading): FlowManifest {
  const [root] = shape.nodes;
  const manifest = manifestOf(compiled.shape, compiled.linked);
  return {
    name,
    version: root?.kind === 'flow' ? root.version : 1,
    fingerprint: digest(canonicalText(manifest)),
    known: gaps.length === 0,
    manifest,
    place: placeOf(nodeAt(0)),
  };
}
