import {
  type AnyFactory,
  type AnyFlow,
  type FactoryDefinition,
  type FlowDefinition,
  factoryDefinitionOf,
  flowDefinitionOf,
  hintFor,
  makingOf,
  type TaskCode,
  taskDefinitionOf,
} from '../../authoring/index.js';
import { type CompiledFlow, type CompiledTask, compile, type Semantics, STANDARD } from '../../compilation/index.js';
import { behaviorOf } from '../../engine/index.js';
import type { Codec } from '../../model/codec/codec.js';
import { type Diagnostic, sentence } from '../../model/diagnostics.js';
import { FlowDefinitionError, IncompatibleFlowError, RunConflictError } from '../../model/errors.js';
import { canonicalText } from '../../model/json.js';
import { type FlowLimits, flowOfLimit, limitName } from '../../model/limits/flow-limits.js';
import { type TaskLimits, taskOfLimit } from '../../model/limits/task-limits.js';
import type { AppFlow, FlowFinder, FlowOfRun } from './flow-finder.js';
import { checkFactory, factoryError, MadeFlows } from './made-flows.js';

/** What an app is given to run. */
export type Listed = AnyFlow | AnyFactory;

/** What an app is made of, as far as it decides which flows can run in it. */
interface AppFacts {
  readonly codec: Codec;
  readonly canResolve: boolean;
  readonly keepsSecrets: boolean;
  /** Whether others can read what the calls of this executor are given; absent: the app's own. */
  readonly revealsSecrets: (runsOn: string | undefined) => boolean;
  /** The names that tasks may give as `runsOn`; absent: any. */
  readonly executors?: readonly string[];
  readonly semantics?: Semantics;
  /** The flow as it is to run here. Default: as it was built. */
  readonly stubbed?: (flow: FlowDefinition) => FlowDefinition;
}

/** The flows of an app, by name: given as a list, never found in a global. */
export class Registry implements FlowFinder {
  readonly #flows = new Map<string, CompiledFlow | FactoryDefinition>();
  /** Not kept alive by it: there are flows that are built for one call. */
  readonly #checked = new WeakSet<CompiledFlow>();
  readonly #made: MadeFlows;
  readonly #app: AppFacts;

  /** @throws FlowDefinitionError for the first flow that can't run */
  constructor(listed: readonly Listed[], app: AppFacts) {
    this.#app = app;
    this.#made = new MadeFlows({ codec: app.codec, compile: (flow) => this.#compiled(flow) });
    for (const given of listed) {
      const flow = this.#known(given);
      if (this.#flows.has(flow.name)) {
        const message = sentence('DUPLICATE_FLOW', { flow: flow.name });
        throw new FlowDefinitionError(flow.name, [{ code: 'DUPLICATE_FLOW', severity: 'error', path: flow.name, message }]);
      }
      this.#flows.set(flow.name, flow);
    }
  }

  get names(): readonly string[] {
    return [...this.#flows.keys()];
  }

  /** The tasks of the flows, with the executors that they name; those of flows that are made from data are not known yet. */
  get tasks(): readonly Pick<CompiledTask, 'task' | 'runsOn' | 'limits'>[] {
    const flows = [...this.#flows.values()].flatMap((flow) => (isFactory(flow) ? [] : [flow]));
    return flows.flatMap(({ atoms }) => atoms.flatMap((atom) => (atom.kind === 'task' ? [atom] : [])));
  }

  /** Lets Node print what is doubtful about the flows, such as names that a minifier would change. */
  warn(): void {
    for (const flow of this.#flows.values()) {
      if (isFactory(flow)) continue;
      for (const { message, code, path } of flow.warnings) process.emitWarning(`${path}: ${message}`, { type: 'FlowproofWarning', code });
    }
  }

  /** Whether runs of this name may have secrets. */
  hasSecrets(name: string): boolean {
    const flow = this.#flows.get(name);
    if (flow === undefined) return false;
    return isFactory(flow) ? this.#app.keepsSecrets : flow.secrets !== undefined;
  }

  limitsOf(name: string): FlowLimits | undefined {
    const flow = this.#flows.get(name);
    return flow === undefined || isFactory(flow) ? undefined : flow.limits;
  }

  /** Names of the limits that flows and tasks state, as they are stored. */
  get stated(): readonly string[] {
    return [...this.names.filter((flow) => this.limitsOf(flow) !== undefined).map(limitName), ...this.#taskLimits.keys()];
  }

  hasLimited(name: string): boolean {
    const task = taskOfLimit(name);
    return task === undefined ? this.#flows.has(flowOfLimit(name) ?? '') : this.tasks.some((one) => one.task.name === task);
  }

  statedLimit(name: string): FlowLimits | TaskLimits | undefined {
    return this.#taskLimits.get(name) ?? this.limitsOf(flowOfLimit(name) ?? '');
  }

  /** Of several that have one name, or are placed in several ways, what is said first. */
  get #taskLimits(): ReadonlyMap<string, TaskLimits> {
    return new Map([...this.tasks].reverse().flatMap(({ limits }) => (limits === undefined ? [] : [[limits.name, limits] as const])));
  }

  check({ key, flow: name }: Pick<FlowOfRun, 'key' | 'flow'>): void {
    if (!this.#flows.has(name)) this.#refuseUnknown(key, name);
  }

  of(run: FlowOfRun): CompiledFlow {
    const flow = this.#flows.get(run.flow) ?? this.#refuseUnknown(run.key, run.flow);
    return isFactory(flow) ? this.#made.fromStored(flow, run) : flow;
  }

  isMade(name: string): boolean {
    const flow = this.#flows.get(name);
    return flow !== undefined && isFactory(flow);
  }

  /** A flow that a caller wants to run. @throws FlowDefinitionError when it can't, InvalidInputError when its args can't be stored */
  today(flow: AnyFlow): AppFlow {
    const compiled = this.#compiled(flow);
    this.#demandListed(compiled.name);
    const making = makingOf(flow);
    return making === undefined ? { flow: compiled } : this.#made.fromToday(compiled, making);
  }

  /** Finds the flow of runs that have to be of this one, or of this factory. Checks throw RunConflictError for those of another one. */
  only(listed: Listed): FlowFinder {
    const factory = factoryDefinitionOf(listed);
    const check = (run: Pick<FlowOfRun, 'key' | 'flow'>, name: string): void => {
      if (run.flow !== name) throw new RunConflictError(run.key, name, run.flow);
    };
    if (factory !== undefined) this.#demandListed(factory.name);
    if (factory !== undefined)
      return { check: (run) => check(run, factory.name), of: (run) => this.#made.fromStored(factory, run), isMade: () => true };
    return onlyRunsOf(this.today(listed as AnyFlow));
  }

  /** Runs of a flow that is not listed could not be resumed. */
  #demandListed(flow: string): void {
    if (this.#flows.has(flow)) return;
    throw new FlowDefinitionError(flow, [
      { code: 'UNKNOWN_FLOW', severity: 'error', path: flow, message: sentence('UNKNOWN_FLOW', { flow }) },
    ]);
  }

  #refuseUnknown(key: string, name: string): never {
    throw new IncompatibleFlowError(key, name, [`this app has no flow '${name}': it has ${this.names.join(', ') || 'none'}`]);
  }

  #known(listed: Listed): CompiledFlow | FactoryDefinition {
    const factory = factoryDefinitionOf(listed);
    if (factory !== undefined) {
      checkFactory(factory);
      return factory;
    }
    const compiled = this.#compiled(listed as AnyFlow);
    // Runs of its name may have been made from other args.
    return makingOf(listed as AnyFlow)?.factory ?? compiled;
  }

  /** @throws FlowDefinitionError when it can't run, or when it is not a built flow */
  #compiled(flow: AnyFlow): CompiledFlow {
    const definition = flowDefinitionOf(flow);
    if (definition === undefined) {
      const factory = factoryDefinitionOf(flow);
      if (factory !== undefined) throw factoryError('FACTORY_UNCALLED', factory.name, { flow: factory.name });
      const hint = taskDefinitionOf(flow) === undefined ? hintFor(flow) : 'it is a task, add it to a flow';
      const message = sentence('NOT_A_FLOW', { hint });
      throw new FlowDefinitionError('flowproof', [{ code: 'NOT_A_FLOW', severity: 'error', path: '', message }]);
    }
    const compiled = compile(this.#app.stubbed?.(definition) ?? definition, this.#app.semantics ?? STANDARD);
    if (!this.#checked.has(compiled)) {
      this.#demandResolve(compiled);
      this.#demandKeys(compiled);
      this.#demandExecutors(compiled);
      this.#demandSealed(compiled);
      this.#checked.add(compiled);
    }
    return compiled;
  }

  /** Only a container can make a class whose constructor has parameters. */
  #demandResolve(flow: CompiledFlow): void {
    if (this.#app.canResolve) return;
    const findings: Diagnostic[] = [];
    for (const atom of flow.atoms) {
      const made = behaviorOf(atom).code(atom);
      if (made === undefined || !hasParameters(made.code)) continue;
      const message = sentence('NEEDS_RESOLVE', { task: made.name });
      findings.push({ code: 'NEEDS_RESOLVE', severity: 'error', path: atom.path, message });
    }
    if (findings.length > 0) throw new FlowDefinitionError(flow.name, findings);
  }

  #demandExecutors({ name, atoms, executors = [] }: CompiledFlow): void {
    const known = this.#app.executors;
    if (known === undefined || executors.every((executor) => known.includes(executor))) return;
    const findings = atoms.flatMap((atom): Diagnostic[] => {
      if (atom.kind !== 'task' || atom.runsOn === undefined || known.includes(atom.runsOn)) return [];
      const message = sentence('UNKNOWN_EXECUTOR', { node: atom.path, executor: atom.runsOn, executors: known.join(', ') || 'none' });
      return [{ code: 'UNKNOWN_EXECUTOR', severity: 'error', path: atom.path, message }];
    });
    throw new FlowDefinitionError(name, findings);
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

  /** Before the first secret is given to a broker, not after. */
  #demandSealed({ name, atoms, secrets }: CompiledFlow): void {
    if (secrets === undefined) return;
    const findings = atoms.flatMap((atom, at): Diagnostic[] => {
      const isCarried = atom.kind === 'task' && secrets.secretReaders.has(at) && this.#app.revealsSecrets(atom.runsOn);
      if (!isCarried) return [];
      const message = sentence('SECRET_UNSEALED', { node: atom.path });
      return [{ code: 'SECRET_UNSEALED', severity: 'error', path: atom.path, message }];
    });
    if (findings.length > 0) throw new FlowDefinitionError(name, findings);
  }
}

/** Finds the flow of runs that have to be of this one. Throws RunConflictError for those of another one, or made from other args. */
export function onlyRunsOf({ flow, args }: AppFlow): FlowFinder {
  const check: FlowFinder['check'] = (run) => {
    if (run.flow !== flow.name) throw new RunConflictError(run.key, flow.name, run.flow);
  };
  return {
    check,
    isMade: () => false,
    of: (run) => {
      check(run);
      if (args !== undefined && run.args !== undefined && canonicalText(args) !== canonicalText(run.args))
        throw new RunConflictError(run.key, flow.name, run.flow, 'args');
      return flow;
    },
  };
}

function isFactory(flow: CompiledFlow | FactoryDefinition): flow is FactoryDefinition {
  return 'build' in flow;
}

function hasParameters(code: TaskCode): boolean {
  return code.kind === 'class' && code.target.length > 0;
}
