import type { CompiledFlow, Semantics, Source } from '../../src/compilation/index.js';
import { compile } from '../../src/compilation/index.js';
import { type AnyFlow, type AnyTask, defineTask, FlowDefinitionError, linear } from '../../src/index.js';

/** A task that only has names: `task('attach', ['port', 'zone?'], ['nic'])`. */
export function task(name: string, requires: readonly string[] = [], provides: readonly string[] = [], more: object = {}): AnyTask {
  const made = defineTask as unknown as (options: object) => AnyTask;
  return made({ name, requires, provides, execute: () => ({}), ...more });
}

/** The builder as JavaScript sees it: everything may be passed to everything. */
export interface AnyBuilder {
  input(shape?: unknown): AnyBuilder;
  retry(policy: unknown): AnyBuilder;
  add(node: unknown, options?: unknown): AnyBuilder;
  when(name: string, reads: readonly string[], test: () => boolean, node: unknown): AnyBuilder;
  returns(...names: readonly string[]): AnyBuilder;
  build(): AnyFlow;
}
type Begin = (name: string, options?: object) => AnyBuilder;
export const untyped = linear as unknown as Begin & { open: Begin; dynamic: Begin };

export function compiled(flow: AnyFlow, semantics?: Semantics): CompiledFlow {
  return compile(flow['~flowproof'].definition, semantics);
}

/** `path [CODE] sentence` of each error that `compile()` throws; empty when it throws none. */
export function errorsOf(flow: AnyFlow): string[] {
  try {
    flow.compile();
    return [];
  } catch (error) {
    if (!(error instanceof FlowDefinitionError)) throw error;
    return error.diagnostics.map(({ path, code, message }) => `${path} [${code}] ${message}`);
  }
}

/** `path.input → where it comes from`, for every task of the flow. */
export function sourcesOf(flow: AnyFlow): Record<string, string> {
  return sourcesBy(compiled(flow), textOf);
}

export function sourcesBy(flow: CompiledFlow, say: (flow: CompiledFlow, source: Source) => string): Record<string, string> {
  const sources: Record<string, string> = {};
  for (const atom of flow.atoms) {
    if (atom.kind !== 'task') continue;
    for (const [input, source] of Object.entries(atom.revertInputs)) sources[`${atom.path}.${input}`] = say(flow, source);
  }
  return sources;
}

function textOf(flow: CompiledFlow, source: Source): string {
  switch (source.from) {
    case 'atom':
      return `${flow.atoms[source.atom]?.path}.${source.output}`;
    case 'input':
      return `input ${source.name}`;
    case 'constant':
      return `constant ${String(flow.constant(source.node, source.input))}`;
    case 'branch':
      return `branch of ${source.of.length}`;
  }
}
