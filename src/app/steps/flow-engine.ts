import type { AnyFlow, CompiledView, RunResult } from '../../authoring/index.js';
import { type AnyRunResult, type Engine, type FlowEvent, pathOf, type RunStatistics, type StepPlan } from '../../engine/index.js';
import type { RunState } from '../../model/states.js';
import type { JoinOptions } from '../driving/join-options.js';
import type { RunNames } from '../registry/check-run-options.js';
import type { AppFlow } from '../registry/flow-finder.js';
import type { PreparedInputs } from '../registry/inputs.js';
import { onlyRunsOf } from '../registry/registry.js';
import type { Runs } from '../runs/runs.js';
import { StepGate } from './step-gate.js';

/** A step of a run, durable, before what it starts is called. */
export interface RunStep {
  /** Its place in the journal. */
  readonly seq: number;
  /** Of the run. */
  readonly state: RunState;
  /** What it changed, as the events that listeners get. */
  readonly events: readonly FlowEvent[];
  /** Paths of the tasks and retries that are called next. */
  readonly starting: readonly string[];
}

/**
 * One run in the hands of its caller, with TaskFlow's stages: compile, validate, prepare, run; or step by step.
 *
 * @example
 * ```ts
 * import { flowproof, linear, memory, Task } from 'flowproof';
 *
 * @Task({ name: 'greet', requires: ['name'] })
 * class Greet {
 *   async execute({ name }: { name: string }) {
 *     console.log(`hello ${name}`);
 *   }
 * }
 * const hello = linear('hello').input<{ name: string }>().add(Greet).build();
 *
 * await using app = flowproof({ persistence: memory(), flows: [hello] });
 * const engine = app.engine(hello, { inputs: { name: 'world' } });
 * for await (const { seq, state, starting } of engine.steps()) console.log(seq, state, starting);
 * ```
 */
export interface FlowEngine<F extends AnyFlow> {
  /** Id of the run. */
  readonly id: string;
  /** The flow, checked and frozen. */
  compile(): CompiledView;
  /** Checks the inputs; writes nothing. @throws InvalidInputError `INVALID_INPUT` */
  validate(): Promise<void>;
  /**
   * Writes the run down, PENDING, unless it is there already. Others can see it, and suspend it before it has begun.
   *
   * @throws InvalidInputError `INVALID_INPUT`, RunConflictError `RUN_CONFLICT`
   */
  prepare(): Promise<void>;
  /** Runs it to its end, a suspension or a stop, or goes on with it. Throws like `app.resume`. */
  run(): Promise<RunResult<F>>;
  /** Like {@link run} for a run that has succeeded: what is new in its flow is done. Throws like `app.rerun`. */
  rerun(): Promise<RunResult<F>>;
  /**
   * Runs it step by step: it goes on when the next step is asked for. Whoever leaves the loop early suspends the run, and
   * leaves when it rests. The generator returns the outcome.
   */
  steps(): AsyncGenerator<RunStep, RunResult<F>, undefined>;
  /** Asks it to stop between two tasks; before it has begun, it rests as soon as it begins. @throws RunEndedError `RUN_ENDED` */
  suspend(): Promise<void>;
  /** Lets it begin anew: see `app.reset`. @throws RunConflictError `RUN_CONFLICT` when it is a run of another flow */
  reset(): Promise<void>;
  /** What was done for it here; nothing before it runs. */
  statistics(): RunStatistics | undefined;
}

/** What an engine asks of its app. */
export interface AppOfEngine {
  /** Opens the store, unless that was done. */
  open(): Promise<void>;
  /** Checks and encodes what the caller gave; writes nothing. */
  inputs(): Promise<PreparedInputs>;
  /** Lends the slot of the call that asks, if one does; returns what takes it back. */
  lend(): (() => Promise<void>) | undefined;
  /** The same while this is waited for. */
  awaiting<Result>(work: () => Promise<Result>): Promise<Result>;
}

/** {@link FlowEngine} without its types. */
export class UntypedFlowEngine {
  readonly id: string;
  readonly #runs: Runs;
  readonly #flow: AppFlow;
  readonly #names: RunNames & { readonly key: string };
  readonly #app: AppOfEngine;
  #engine: Engine | undefined;

  constructor(runs: Runs, flow: AppFlow, names: RunNames & { readonly key: string }, app: AppOfEngine) {
    this.id = names.key;
    this.#names = names;
    this.#runs = runs;
    this.#flow = flow;
    this.#app = app;
  }

  compile(): CompiledView {
    return this.#flow.flow;
  }

  async validate(): Promise<void> {
    await this.#app.inputs();
  }

  async prepare(): Promise<void> {
    const inputs = await this.#app.inputs();
    await this.#app.open();
    await this.#runs.prepare(this.#flow.flow, this.#names, inputs);
  }

  async run(): Promise<AnyRunResult> {
    await this.prepare();
    return this.#app.awaiting(() => this.#resume({}));
  }

  async rerun(): Promise<AnyRunResult> {
    await this.#app.open();
    return this.#app.awaiting(() => this.#resume({ rerun: true }));
  }

  async *steps(): AsyncGenerator<RunStep, AnyRunResult, undefined> {
    await this.prepare();
    const gate = new StepGate<RunStep>();
    const takeBack = this.#app.lend();
    const mine: { engine?: Engine } = {};
    const result = this.#resume({
      driven: (engine) => {
        mine.engine = engine;
      },
      watch: (engine, step, events) => gate.pass(stepOf(engine, step, events)),
    });
    result.then(
      () => gate.close(),
      () => gate.close(),
    );
    try {
      for (let step = await gate.next(); step !== undefined; step = await gate.next()) yield step;
      return await result;
    } finally {
      // Not what another loop or `run` drives: this one was refused then.
      mine.engine?.suspend();
      gate.open();
      await result.catch(() => undefined);
      await takeBack?.();
    }
  }

  async suspend(): Promise<void> {
    await this.prepare();
    await this.#runs.suspend(this.id);
  }

  async reset(): Promise<void> {
    await this.#app.open();
    await this.#runs.reset(onlyRunsOf(this.#flow), this.id);
  }

  statistics(): RunStatistics | undefined {
    return this.#engine?.statistics();
  }

  #resume(options: Partial<JoinOptions>): Promise<AnyRunResult> {
    const driven = (engine: Engine): void => {
      this.#engine = engine;
      options.driven?.(engine);
    };
    return this.#runs.resume(onlyRunsOf(this.#flow), this.id, { takeover: 'if-dead', ifOwned: 'refuse', ...options, driven });
  }
}

function stepOf({ run }: Engine, { commands }: StepPlan, events: readonly FlowEvent[]): RunStep {
  const called = commands.flatMap((command) => (command.do === 'call' ? [command.atom] : []));
  const { seq, state } = run.status;
  return { seq, state, events, starting: called.map((atom) => pathOf(run.flow, atom)) };
}
