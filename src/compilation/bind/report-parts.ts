import { LATEST_MS } from '../../model/clock.js';
import type { DiagnosticCode } from '../../model/diagnostics.js';
import { inWords } from '../../model/in-words.js';
import { isNodeName, isSignalName, isValueName, shownName } from '../../model/names.js';
import type { FlowNodeShape, NodeShape, RetryNodeShape, TaskNodeShape, UnknownNodeShape } from '../shape/flow-shape.js';
import type { Order } from './cycles.js';

/** Takes note of what is wrong. */
export type Report = (code: DiagnosticCode, path: string, facts: Record<string, string>, severity?: 'error' | 'warning') => void;

/** Why nothing that decides says where it is called; the types say the same (`NotPlaced`). */
const DECIDES = 'it decides, which is done in the process of the app: let a task compute what it reads';

const DEPTHS: ReadonlySet<unknown> = new Set(['all', 'flow', 'neighbors', 'atom']);

/** The links of a graph between nodes that there are; reports what is wrong with them. */
export function linksOf(flow: FlowNodeShape, named: ReadonlyMap<string, number>, path: string, report: Report): readonly Order[] {
  const orders: Order[] = [];
  for (const { from, to, decider, depth, unknownOptions } of flow.links) {
    const facts = { flow: flow.flow, from, to };
    for (const node of [from, to]) if (!named.has(node)) report('UNKNOWN_NODE', path, { flow: flow.flow, node });
    if (decider === 'wrong') report('BAD_DECIDER', path, facts);
    if (depth !== undefined && (decider === 'none' || !DEPTHS.has(depth))) report('BAD_DEPTH', path, { ...facts, depth: String(depth) });
    for (const option of unknownOptions) {
      if (option === 'runsOn') report('TUNING_UNFIT', path, { node: `${from}' -> '${to}`, option, reason: DECIDES });
      else report('UNKNOWN_OPTION', path, { flow: flow.flow, option });
    }
    const [first, then] = [named.get(from), named.get(to)];
    if (first !== undefined && then !== undefined) orders.push([first, then]);
  }
  return orders;
}

/** Reports a choice that is made by something else than code. */
export function reportChoice({ choice, name }: FlowNodeShape, path: string, flow: string, report: Report): void {
  if (choice?.callable === false) report('BAD_CHOICE', path, { flow, node: name });
}

/** What is wrong with a node's name, among its siblings too, and with its options. */
export function reportNames(
  node: NodeShape,
  path: string,
  siblings: { flow: string; names: Set<string> } | undefined,
  report: Report,
): void {
  const flow = siblings?.flow ?? node.name;
  for (const option of node.unknownOptions) {
    if (node.kind === 'retry' && option === 'runsOn') report('TUNING_UNFIT', path, { node: decidingName(node), option, reason: DECIDES });
    else report('UNKNOWN_OPTION', path, { flow, option });
  }
  if (node.kind === 'retry') return;
  if (!isNodeName(node.name)) report('NAME_INVALID', path, { node: shownName(node.name) });
  if (siblings === undefined) return;
  if (siblings.names.has(node.name)) report('DUPLICATE_NODE', path, { flow, node: node.name });
  siblings.names.add(node.name);
}

function decidingName({ policy, name }: RetryNodeShape): string {
  return policy.kind === 'custom' ? policy.name : name;
}

/** Reports values that can't be called as they are: those of a node, and those that its placement makes of them. */
export function reportValueNames(node: NodeShape, path: string, report: Report): void {
  const names = new Set([...valueNamesOf(node), ...Object.values(node.rebind), ...Object.values(node.rename)]);
  for (const name of names) if (!isValueName(name)) report('VALUE_NAME_INVALID', path, { value: shownName(name) });
}

/** Inputs that a placement renames or sets, and that the node does not take. */
export function reportKeys(node: FlowNodeShape | TaskNodeShape, path: string, takes: (name: string) => boolean, report: Report): void {
  for (const key of Object.keys(node.rebind)) if (!takes(key)) report('UNKNOWN_INPUT', path, { value: key, option: 'rebind' });
  for (const key of node.inject) {
    if (!takes(key)) report('UNKNOWN_INPUT', path, { value: key, option: 'inject' });
    else if (Object.hasOwn(node.rebind, key)) report('REBOUND_AND_INJECTED', path, { value: key });
  }
  for (const { path: part, reason } of node.refused ?? []) report('NOT_STORABLE', path, { path: part, reason });
}

/** Reports something that is no node. */
export function reportUnknown({ hint }: UnknownNodeShape, path: string, flow: string, report: Report): void {
  report('NOT_A_NODE', path, { flow, hint: hint ?? 'decorate the class with @Task, or call .build()' });
}

/** Names that two outputs of one node would have. */
export function namedAlike(values: readonly (readonly [name: string, source: unknown])[]): ReadonlySet<string> {
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const [name] of values) (seen.has(name) ? twice : seen).add(name);
  return twice;
}

/** Reports secrets that are no values of the node. The inputs of an erased type are not known. */
export function reportSecrets(node: NodeShape, path: string, report: Report): void {
  const { name, secret = [] } = node as { readonly name: string; readonly secret?: readonly string[] };
  const known = secret.length === 0 ? undefined : valuesOf(node);
  if (known === undefined) return;
  for (const value of secret) if (!known.has(value)) report('SECRET_UNKNOWN', path, { node: name, value });
}

function valuesOf(node: NodeShape): ReadonlySet<string> | undefined {
  const isErased = node.kind === 'unknown' || (node.kind === 'flow' && (node.input.kind !== 'typed' || node.input.names === undefined));
  return isErased ? undefined : new Set(valueNamesOf(node));
}

/** Of a flow, its inputs as far as they are known: what is in it has names of its own. */
function valueNamesOf(node: NodeShape): readonly string[] {
  switch (node.kind) {
    case 'task':
      return [...[...node.requires, ...node.revertRequires].map(({ name }) => name), ...node.provides, ...node.keeps];
    case 'retry':
      return [...node.requires.map(({ name }) => name), ...node.provides];
    case 'flow':
      return node.input.names ?? [];
    case 'unknown':
      return [];
  }
}

/** Reports versions that can't be older ones. */
export function reportContinues({ flow, version, continues = [] }: FlowNodeShape, path: string, report: Report): void {
  const wrong = continues.filter((older) => !(Number.isInteger(older) && older >= 1 && older < version));
  for (const older of wrong) report('BAD_CONTINUES', path, { flow, value: String(older) });
}

/** Reports a time that a run of the flow can't have. */
export function reportDeadline({ name, parent, deadlineMs }: FlowNodeShape, path: string, report: Report): void {
  if (deadlineMs === undefined) return;
  const option = 'deadlineMs';
  if (!(typeof deadlineMs === 'number' && deadlineMs > 0))
    report('BAD_TIME', path, { node: name, option, value: inWords(deadlineMs), expected: 'milliseconds of more than 0' });
  else if (parent >= 0)
    report('TUNING_UNFIT', path, { node: name, option, reason: 'it is part of another flow, and only a whole run has one' });
}

/** Reports a wait for what is no time, or for what no signal can be called. */
export function reportWait({ name, wait }: TaskNodeShape, path: string, report: Report): void {
  if (wait === undefined) return;
  const ms = wait.kind === 'time' ? wait.ms : wait.timeoutMs;
  // For ever is no time to wait for, but one that a signal may have.
  const isTime = ms === undefined || (typeof ms === 'number' && ms >= 0 && (wait.kind === 'signal' || ms <= LATEST_MS));
  const option = wait.kind === 'time' ? 'the time that it waits' : 'timeoutMs';
  const expected =
    wait.kind === 'time' ? 'milliseconds of at least 0, or the name of a value that says them' : 'milliseconds of at least 0';
  if (!isTime) report('BAD_TIME', path, { node: name, option, value: inWords(ms), expected });
  if (wait.kind === 'signal' && !isSignalName(wait.signal)) report('VALUE_NAME_INVALID', path, { value: shownName(wait.signal) });
}
