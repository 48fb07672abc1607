import type { Compat, CompiledFlow, Source } from '../../src/compilation/index.js';
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

export function compiled(flow: AnyFlow, compat?: Compat): CompiledFlow {
  return compile(flow['~flowproof'].definition, compat);
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
export function sourcesOf(flow: AnyFlow, compat?: Compat): Record<string, string> {
  const { atoms } = compiled(flow, compat);
  const sources: Record<string, string> = {};
  for (const atom of atoms) {
    if (atom.kind !== 'task') continue;
    for (const [input, source] of Object.entries(atom.revertInputs)) {
      sources[`${atom.path}.${input}`] = textOf(source, compiled(flow, compat));
    }
  }
  return sources;
}

function textOf(source: Source, flow: CompiledFlow): string {
  switch (source.from) {
    case 'atom':
      return `${flow.atoms[source.atom]?.path}.${source.output}`;
    case 'input':
      return `input ${source.name}`;
    case 'constant':
      return `constant ${String(flow.constant(source.node, source.input))}`;
    case 'branch':
      return `branch of ${source.of.length}`;
    case 'nearest':
      return source.levels.map((level) => `[${level.map((one) => textOf(one, flow)).join(' ')}]`).join(' ');
  }
}
