import {
  type FlowDefinition,
  type Placement,
  type Port,
  type RetryDefinition,
  type TaskDefinition,
  tunedBy,
} from '../../authoring/index.js';
import { FlowDefinitionError } from '../../model/errors.js';
import { digest } from '../../model/ids.js';
import { canonicalText } from '../../model/json.js';
import { bind } from '../bind/bind.js';
import { limitsOf } from '../bind/report-limits.js';
import { taskLimitsOf } from '../bind/report-task-limits.js';
import { type Semantics, STANDARD } from '../bind/semantics.js';
import { targeted } from '../bind/target.js';
import { describe } from '../shape/describe.js';
import { manifestOf } from '../stored/manifest.js';
import { decidersOf } from './compile-deciders.js';
import type { CompiledAtom, CompiledFlow } from './compiled-flow.js';
import { executionGraph } from './execution-graph.js';
import { optionalParts } from './optional-parts.js';

const compiledFlows = new WeakMap<FlowDefinition, Map<Semantics, CompiledFlow>>();

/**
 * Checks a flow and freezes it into the graph that engines run. Done once for a definition, which never changes.
 *
 * @throws FlowDefinitionError `FLOW_DEFINITION` with everything that is wrong, not only the first
 */
export function compile(definition: FlowDefinition, semantics: Semantics = STANDARD): CompiledFlow {
  const known = compiledFlows.get(definition) ?? new Map<Semantics, CompiledFlow>();
  let compiled = known.get(semantics);
  if (compiled === undefined) {
    compiled = compileAnew(definition, semantics);
    compiledFlows.set(definition, known.set(semantics, compiled));
  }
  return compiled;
}

function compileAnew(definition: FlowDefinition, semantics: Semantics): CompiledFlow {
  const { shape, origins, placements } = targeted(describe(definition), semantics);
  const bound = bind(shape, semantics);
  const errors = bound.diagnostics.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw new FlowDefinitionError(shape.nodes[0]?.name ?? '', errors);

  const atoms = bound.atoms.map(({ node, path, enclosingRetry, inputs, revertInputs }, index): CompiledAtom => {
    const kind = shape.nodes[node]?.kind;
    if (kind === 'retry') {
      const end = bound.retryEnds.get(index) ?? index + 1;
      const retry = origins[node] as RetryDefinition;
      return { kind, index, path, enclosingRetry, priority: 0, retry, end, inputs, outputs: retry.kind === 'custom' ? retry.provides : [] };
    }
    const task = origins[node] as TaskDefinition;
    const { wait, requires, provides } = task;
    if (wait !== undefined) return { kind: 'wait', index, path, enclosingRetry, priority: 0, wait, inputs, requires, outputs: provides };
    const { outputs, revertPorts } = portsOf(task);
    const runsOn = shape.nodes[node]?.tuning?.runsOn;
    const tuning = tunedBy(task.tuning, placements[node]?.tuning);
    const called = { task, tuning, ...taskLimitsOf(task.name, tuning), ...(runsOn === undefined ? {} : { runsOn }) };
    return { kind: 'task', index, path, enclosingRetry, priority: task.priority, ...called, inputs, revertInputs, outputs, revertPorts };
  });
  const manifest = manifestOf(shape, bound);
  const ordered = executionGraph(shape, bound.children, bound.orders);
  const deciders = decidersOf(shape, bound, ordered, origins);
  const optional = optionalParts(shape, ordered.ends);
  return Object.freeze({
    name: definition.name,
    version: definition.version,
    continues: definition.continues ?? [],
    ...(definition.deadlineMs === undefined ? {} : { deadlineMs: definition.deadlineMs }),
    ...limitsOf(definition),
    fingerprint: digest(canonicalText(manifest)),
    atoms,
    ...executorsOf(atoms),
    ...(atoms.some((atom) => atom.kind === 'task' && atom.limits !== undefined) ? { hasTaskLimits: true as const } : {}),
    graph: ordered.graph,
    ...(deciders.length === 0 ? {} : { deciders }),
    ...(optional === undefined ? {} : { optional }),
    inputs: bound.inputs,
    inputsKnown: definition.input.kind === 'none' || (definition.input.kind === 'typed' && definition.input.names !== undefined),
    inputSchema: definition.input.kind === 'schema' ? definition.input.schema : undefined,
    results: bound.results,
    ...(bound.secrets === undefined ? {} : { secrets: bound.secrets }),
    manifest,
    warnings: bound.diagnostics,
    constant: constantsOf(placements),
    semantics,
  });
}

function executorsOf(atoms: readonly CompiledAtom[]): Pick<CompiledFlow, 'executors'> {
  const names = new Set(atoms.flatMap((atom) => (atom.kind === 'task' ? (atom.runsOn ?? []) : [])));
  return names.size === 0 ? {} : { executors: [...names] };
}

const ports = new WeakMap<TaskDefinition, { readonly outputs: readonly Port[]; readonly revertPorts: readonly Port[] }>();

/** Of a task, wherever it is used. */
function portsOf(task: TaskDefinition): { readonly outputs: readonly Port[]; readonly revertPorts: readonly Port[] } {
  let known = ports.get(task);
  if (known === undefined) {
    const { requires, revertRequires, provides, keeps } = task;
    known = {
      outputs: keeps.length === 0 ? provides : [...provides, ...keeps],
      revertPorts: revertRequires.length === 0 ? requires : [...requires, ...revertRequires],
    };
    ports.set(task, known);
  }
  return known;
}

/** In a function of its own: a closure keeps all that is around it, and that is many times what the flow needs. */
function constantsOf(placements: readonly Placement[]): CompiledFlow['constant'] {
  const injected = new Map(placements.flatMap(({ inject }, node) => (Object.keys(inject).length === 0 ? [] : [[node, inject] as const])));
  return (node, input) => injected.get(node)?.[input];
}
