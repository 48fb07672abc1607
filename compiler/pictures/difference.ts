import { type Box, type Drawing, drawingOf } from '#compilation';
import { drawingOfManifest } from '#pictures';
import { type Change, compare, type FlowManifest, type PresentFlow, type Verdict } from '../manifest/index.js';
import type { Picture } from './draw-flows.js';
import { merged, type Remark } from './merged.js';
import { isSameRetry, partsOf, whatChanged } from './what-changed.js';

/** A verdict as it is written into pictures. */
const WORDS: Readonly<Record<Verdict, string>> = { safe: 'safe', migration: 'needs a migration', strands: 'would strand runs' };
const WORST: readonly Verdict[] = ['strands', 'migration', 'safe'];

/** Each flow that differs as one picture of both versions; none for flows that are equal. */
export function differences(before: readonly FlowManifest[], now: readonly PresentFlow[]): readonly Picture[] {
  const names = [...new Set([...now, ...before].filter(({ part }) => !part).map(({ name }) => name))];
  return names.flatMap((name) => {
    const [then, here] = [before.find((flow) => flow.name === name), now.find((flow) => flow.name === name)];
    const own = (flow: FlowManifest | undefined) => (flow === undefined ? [] : [{ ...flow, part: false }]);
    const changes = compare(own(then), here === undefined ? [] : [{ ...here, part: false }]);
    return changes.length === 0 ? [] : [difference(name, then, here, changes)];
  });
}

function difference(name: string, before: FlowManifest | undefined, now: PresentFlow | undefined, changes: readonly Change[]): Picture {
  const unsafe = changes.filter(({ verdict }) => verdict !== 'safe').map(({ verdict, message }) => `${WORDS[verdict]}: ${message}`);
  const remarks = unsafe.length > 0 ? unsafe : ['safe: all runs of before go on'];
  const drawing = merged(drawn(before), drawn(now), remarkOn(before, now, changes));
  const which = now === undefined ? 'is gone' : before === undefined ? 'is new' : 'as it was and as it is';
  return { drawing, heading: `${name} ${which}`, remarks };
}

/** From the definition where it was read from source; a file holds less. */
function drawn(flow: FlowManifest | undefined): Drawing | undefined {
  if (flow === undefined) return undefined;
  return hasDefinition(flow) ? drawingOf(flow.definition) : drawingOfManifest(flow.manifest);
}

function hasDefinition(flow: FlowManifest): flow is PresentFlow {
  return 'definition' in flow;
}

function remarkOn(before: FlowManifest | undefined, now: PresentFlow | undefined, changes: readonly Change[]): Remark {
  const [then, here] = [partsOf(before?.manifest ?? null), partsOf(now?.manifest ?? null)];
  return (path, box, sides) => {
    const verdict = verdictOn(path, changes);
    const words = verdict === undefined ? [] : [WORDS[verdict]];
    if (sides.before === undefined) return { mark: 'new', notes: isAtom(box) ? orSafe(words) : words };
    if (sides.now === undefined) return { mark: 'removed', notes: isAtom(box) ? orSafe(words) : words };
    const label = relabelled(sides.before, sides.now);
    const retry = label.length > 0 || isSameRetry(then.get(path), here.get(path)) ? [] : ['retries in another way'];
    const what = [...label, ...retry, ...whatChanged(then.get(path), here.get(path))];
    if (what.length === 0 && verdict === undefined) return { mark: undefined, notes: [] };
    return { mark: 'changed', notes: [...what, ...orSafe(words)] };
  };
}

/** What a comparison says nothing of concerns no run. */
function orSafe(words: readonly string[]): readonly string[] {
  return words.length === 0 ? [WORDS.safe] : words;
}

function relabelled(before: Box, now: Box): readonly string[] {
  // A manifest does not tell the kinds of choices apart; by what they are made is seen in the arrows.
  const choices = before.kind === 'flow' && now.kind === 'flow' && before.choice && now.choice;
  return !choices && before.label !== now.label ? [`was ${before.label}`] : [];
}

function verdictOn(path: string, changes: readonly Change[]): Verdict | undefined {
  return WORST.find((verdict) => changes.some((change) => change.path === path && change.verdict === verdict));
}

function isAtom({ kind }: Box): boolean {
  return kind !== 'flow';
}
