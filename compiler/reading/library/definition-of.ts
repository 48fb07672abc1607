import type {
  ChoiceDefinition,
  FlowDefinition,
  LinkDefinition,
  NodeDefinition,
  Port,
  RetryDefinition,
  TaskCode,
  TimesDefinition,
  Tuning,
  WaitDefinition,
} from '#authoring';
import type {
  FlowNodeShape,
  FlowShape,
  LinkShape,
  NodeShape,
  PortShape,
  RetryNodeShape,
  TaskNodeShape,
  TuningShape,
  UnknownNodeShape,
  WaitShape,
} from '#compilation';
import { placeholder } from './known-options.js';
import { schemaOf } from './schemas.js';

/**
 * A flow of this shape, with placeholders where its code was: what `describe()` gave turned back, so that a flow that was
 * made in another process is one like any other here. `describe()` of it gives the same shape.
 */
export function definitionOf({ nodes }: FlowShape): FlowDefinition {
  const content = new Map<number, { retry?: RetryDefinition; readonly nodes: NodeDefinition[] }>();
  const inside = (flow: number) => {
    const known = content.get(flow) ?? { nodes: [] };
    content.set(flow, known);
    return known;
  };
  let root: FlowDefinition | undefined;
  // Backwards, so that what is in a flow is there before the flow is.
  for (let index = nodes.length - 1; index >= 0; index--) {
    const shape = nodes[index] as NodeShape;
    if (shape.kind === 'retry') inside(shape.parent).retry = retryOf(shape);
    else {
      const node = shape.kind === 'flow' ? flowOf(shape, inside(index)) : shape.kind === 'task' ? taskOf(shape) : unknownOf(shape);
      if (node.kind === 'flow') root = node;
      inside(shape.parent).nodes.push(placed(node, shape));
    }
  }
  if (root === undefined) throw new TypeError('a shape without a flow');
  return root;
}

function placed(node: NodeDefinition['node'], shape: NodeShape): NodeDefinition {
  const { name, rebind, inject, rename, override, optional, tuning } = shape;
  const placement = {
    name,
    rebind,
    inject: Object.fromEntries(inject.map((input) => [input, null])),
    provides: rename,
    override,
    ...(optional === true ? { optional } : {}),
    ...(tuning === undefined ? {} : { tuning: tuningOf(tuning) }),
  };
  return { node, placement, unknownOptions: node.kind === 'flow' ? [] : shape.unknownOptions };
}

/** What a task says and what its placement says is one in its shape. */
function tuningOf({ retry, retryIf, ...others }: TuningShape): Tuning {
  return {
    ...others,
    ...(retry === undefined ? {} : { retry: { kind: 'times', ...retry } }),
    ...(retryIf === undefined ? {} : { retryIf: pickOf(retryIf) as NonNullable<Tuning['retryIf']> }),
  };
}

function unknownOf(shape: UnknownNodeShape): NodeDefinition['node'] {
  return { kind: 'unknown', name: shape.name, ...(shape.hint === undefined ? {} : { hint: shape.hint }) };
}

function taskOf(shape: TaskNodeShape): NodeDefinition['node'] {
  const { task, named, requires, keeps, revertRequires, hasRevert, priority, maxLosses, version, revertRetry, wait } = shape;
  return {
    kind: 'task',
    name: task,
    named,
    requires: requires.map(port),
    provides: outputsOf(shape),
    keeps: keeps.map(certain),
    revertRequires: revertRequires.map(port),
    ...secretOf(shape),
    hasRevert,
    priority,
    maxLosses,
    onInterrupted: 'rerun',
    ...(revertRetry === undefined ? {} : { revertRetry: { kind: 'times', ...revertRetry } }),
    version,
    code: noCode(),
    ...(wait === undefined ? {} : { wait: waitOf(wait, requires) }),
  };
}

/** The values of a wait are not in its shape: any may stand for them. */
function waitOf(wait: WaitShape, [port]: TaskNodeShape['requires']): WaitDefinition {
  if (wait.kind === 'time') return wait.ms === undefined ? { kind: 'sleepFor', value: port?.name ?? '' } : { kind: 'sleep', ms: wait.ms };
  const { fallback, ...rest } = wait;
  return { ...rest, ...(fallback === undefined ? {} : { fallback: { value: null } }) };
}

function flowOf(
  shape: FlowNodeShape,
  content: { readonly retry?: RetryDefinition; readonly nodes: readonly NodeDefinition[] },
): FlowDefinition {
  const { flow, version, continues, deadlineMs, concurrency, rate, pattern, mode, input, returns, links, target, choice, unknownOptions } =
    shape;
  return {
    kind: 'flow',
    pattern,
    name: flow,
    version,
    ...(continues === undefined ? {} : { continues }),
    ...(deadlineMs === undefined ? {} : { deadlineMs }),
    ...(concurrency === undefined ? {} : { concurrency }),
    ...(rate === undefined ? {} : { rate }),
    mode,
    input: input.kind === 'schema' ? { kind: 'schema', schema: schemaOf(input.names) } : { ...input, kind: input.kind },
    ...secretOf(shape),
    ...(content.retry === undefined ? {} : { retry: content.retry }),
    nodes: [...content.nodes].reverse(),
    ...(links.length === 0 ? {} : { links: links.map(linkOf) }),
    ...(target === undefined ? {} : { target }),
    ...(choice === undefined ? {} : { choice: { kind: choice.kind, reads: choice.reads, pick: pickOf(choice.callable) } }),
    ...(returns === undefined ? {} : { returns }),
    unknownOptions,
  };
}

function linkOf({ from, to, decider, depth, unknownOptions }: LinkShape): LinkDefinition {
  return {
    from,
    to,
    ...(decider === 'none' ? {} : { decider: pickOf(decider === 'function') }),
    ...(depth === undefined ? {} : { depth }),
    unknownOptions,
  };
}

/** What its shape says is no function is none here. */
function pickOf(callable: boolean): ChoiceDefinition['pick'] {
  return callable ? placeholder : (false as unknown as ChoiceDefinition['pick']);
}

function retryOf(shape: RetryNodeShape): RetryDefinition {
  const { policy, requires, provides, unknownOptions } = shape;
  const [given = ''] = provides;
  switch (policy.kind) {
    case 'times':
      return { kind: policy.kind, attempts: policy.attempts, ...stockOf(policy), unknownOptions };
    case 'forEach': {
      const values = Array.from({ length: policy.count }, () => null);
      return { kind: policy.kind, provides: given, values, ...stockOf(policy), unknownOptions };
    }
    case 'forEachOf':
      return { kind: policy.kind, requires: requires[0]?.name ?? '', provides: given, ...stockOf(policy), unknownOptions };
    case 'custom': {
      const { name, declared, lacksOnFailure } = policy;
      const ports = { requires: requires.map(port), provides: outputsOf(shape), ...secretOf(shape) };
      const unknown = unknownOptions.length === 0 ? {} : { unknownOptions };
      const code = { hasExecute: false, hasRevert: false, code: noCode() };
      return { kind: 'custom', name, declared, ...ports, ...(lacksOnFailure ? { lacksOnFailure } : {}), ...unknown, ...code };
    }
    default:
      return { kind: policy.kind };
  }
}

/** As it was written: what makes no sense is refused when the flow is judged. */
function stockOf({ backoff, otherwise }: Pick<Extract<RetryNodeShape['policy'], { kind: 'times' }>, 'backoff' | 'otherwise'>) {
  return {
    ...(backoff === undefined ? {} : { backoff }),
    ...(otherwise === undefined ? {} : { otherwise: otherwise as NonNullable<TimesDefinition['otherwise']> }),
  };
}

function secretOf({ secret }: { readonly secret?: readonly string[] }): { readonly secret?: readonly string[] } {
  return secret === undefined ? {} : { secret };
}

function outputsOf({ provides, mayLack = [] }: TaskNodeShape | RetryNodeShape): readonly Port[] {
  return provides.map((name) => ({ name, optional: mayLack.includes(name) }));
}

function port({ name, optional }: PortShape): Port {
  return { name, optional };
}

function certain(name: string): Port {
  return { name, optional: false };
}

function noCode(): TaskCode {
  return { kind: 'object', target: {} };
}
