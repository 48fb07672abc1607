import { type AnyFlow, flowDefinitionOf, type TaskCode } from '../authoring/index.js';
import { type Compat, type CompiledFlow, compile, STANDARD } from '../compilation/index.js';
import { type Diagnostic, sentence } from '../model/diagnostics.js';
import { FlowDefinitionError, RunConflictError } from '../model/errors.js';
import type { RunSummary } from '../persistence/index.js';

/** What an app is made of, as far as it decides which flows can run in it. */
interface AppFacts {
  readonly canResolve: boolean;
  readonly keepsSecrets: boolean;
  readonly compat?: Compat;
}

/** The flows of an app, by name: given as a list, never found in a global. */
export class Registry {
  readonly #flows = new Map<string, CompiledFlow>();
  /** Not kept alive by it: there are flows that are built for one call. */
  readonly #checked = new WeakSet<CompiledFlow>();
  readonly #app: AppFacts;

  /** @throws FlowDefinitionError for the first flow that can't run */
  constructor(flows: readonly AnyFlow[], app: AppFacts) {
    this.#app = app;
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

  all(): readonly CompiledFlow[] {
    return [...this.#flows.values()];
  }

  /** Lets Node print what is doubtful about the flows, such as names that a minifier would change. */
  warn(): void {
    for (const flow of this.#flows.values()) {
      for (const { message, code, path } of flow.warnings) process.emitWarning(`${path}: ${message}`, { type: 'FlowproofWarning', code });
    }
  }

  /** @throws FlowDefinitionError when it can't run, or when it is not a built flow */
  compiled(flow: AnyFlow): CompiledFlow {
    const definition = flowDefinitionOf(flow);
    if (definition === undefined) {
      const message = sentence('NOT_A_NODE', { flow: 'flowproof', hint: 'decorate the class with @Task, or call .build()' });
      throw new FlowDefinitionError('flowproof', [{ code: 'NOT_A_NODE', severity: 'error', path: '', message }]);
    }
    const compiled = compile(definition, this.#app.compat ?? STANDARD);
    if (!this.#checked.has(compiled)) {
      this.#demandResolve(compiled);
      this.#demandKeys(compiled);
      this.#checked.add(compiled);
    }
    return compiled;
  }

  /** Only a container can make a class whose constructor has parameters. */
  #demandResolve(flow: CompiledFlow): void {
    if (this.#app.canResolve) return;
    const findings: Diagnostic[] = [];
    for (const atom of flow.atoms) {
      const made = atom.kind === 'task' ? atom.task : atom.retry;
      if (!('code' in made) || !hasParameters(made.code)) continue;
      const message = sentence('NEEDS_RESOLVE', { task: made.name });
      findings.push({ code: 'NEEDS_RESOLVE', severity: 'error', path: atom.path, message });
    }
    if (findings.length > 0) throw new FlowDefinitionError(flow.name, findings);
  }

  /** Before the first secret is written, not after. */
  #demandKeys({ name, atoms, secrets }: CompiledFlow): void {
    if (secrets === undefined || this.#app.keepsSecrets) return;
    const findings: Diagnostic[] = [];
    const find = (path: string, value: string): void => {
      const message = sentence('SECRET_READABLE', { node: path, value });
      findings.push({ code: 'SECRET_READABLE', severity: 'error', path, message });
    };
    for (const value of secrets.inputs) find(name, value);
    for (const [atom, values] of secrets.outputs) for (const value of values) find(atoms[atom]?.path ?? name, value);
    if (findings.length > 0) throw new FlowDefinitionError(name, findings);
  }
}

/** Finds the flow of runs that have to be of this one. @throws RunConflictError for those of another flow */
export function onlyRunsOf(flow: CompiledFlow): (run: RunSummary) => CompiledFlow {
  return (run) => {
    if (run.flow !== flow.name) throw new RunConflictError(run.key, flow.name, run.flow);
    return flow;
  };
}

function hasParameters(code: TaskCode): boolean {
  return code.kind === 'class' && code.target.length > 0;
}
