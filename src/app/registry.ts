import { type AnyFlow, flowDefinitionOf, type TaskDefinition } from '../authoring/index.js';
import { type Compat, type CompiledFlow, compile, STANDARD } from '../compilation/index.js';
import { type Diagnostic, sentence } from '../model/diagnostics.js';
import { FlowDefinitionError } from '../model/errors.js';

/** The flows of an app, by name: given as a list, never found in a global. */
export class Registry {
  readonly #flows = new Map<string, CompiledFlow>();
  readonly #checked = new Set<CompiledFlow>();
  readonly #canResolve: boolean;
  readonly #compat: Compat;

  /** @throws FlowDefinitionError for the first flow that can't run */
  constructor(flows: readonly AnyFlow[], canResolve: boolean, compat: Compat = STANDARD) {
    this.#canResolve = canResolve;
    this.#compat = compat;
    for (const flow of flows) {
      const compiled = this.compiled(flow);
      if (this.#flows.has(compiled.name)) {
        const message = sentence('DUPLICATE_FLOW', { flow: compiled.name });
        throw new FlowDefinitionError(compiled.name, [{ code: 'DUPLICATE_FLOW', severity: 'error', path: compiled.name, message }]);
      }
      this.#flows.set(compiled.name, compiled);
    }
  }

  get names(): readonly string[] {
    return [...this.#flows.keys()];
  }

  byName(name: string): CompiledFlow | undefined {
    return this.#flows.get(name);
  }

  all(): Iterable<CompiledFlow> {
    return this.#flows.values();
  }

  /** @throws FlowDefinitionError when it can't run, or when it is not a built flow */
  compiled(flow: AnyFlow): CompiledFlow {
    const definition = flowDefinitionOf(flow);
    if (definition === undefined) {
      const message = sentence('NOT_A_NODE', { flow: 'flowproof' });
      throw new FlowDefinitionError('flowproof', [{ code: 'NOT_A_NODE', severity: 'error', path: '', message }]);
    }
    const compiled = compile(definition, this.#compat);
    if (!this.#checked.has(compiled)) {
      this.#demandResolve(compiled);
      this.#checked.add(compiled);
    }
    return compiled;
  }

  /** Only a container can make a class whose constructor has parameters. */
  #demandResolve(flow: CompiledFlow): void {
    if (this.#canResolve) return;
    const findings: Diagnostic[] = [];
    for (const atom of flow.atoms) {
      if (atom.kind !== 'task' || !hasParameters(atom.task)) continue;
      const message = sentence('NEEDS_RESOLVE', { task: atom.task.name });
      findings.push({ code: 'NEEDS_RESOLVE', severity: 'error', path: atom.path, message });
    }
    if (findings.length > 0) throw new FlowDefinitionError(flow.name, findings);
  }
}

function hasParameters({ code }: TaskDefinition): boolean {
  return code.kind === 'class' && code.target.length > 0;
}
