import { setMaxListeners } from 'node:events';
import type { TaskContext } from '../authoring/index.js';
import type { CompiledTask } from '../compilation/index.js';
import type { Codec } from '../model/codec.js';
import { type Failure, toFailure } from '../model/failure.js';
import { type CallDoors, callContext, keySeed } from './call-context.js';
import { hasSchemas, issueText, parse, resultOf } from './call-result.js';
import type { CallCommand, CallOutcome } from './decision.js';
import type { AnyOutcome, Executor } from './executor.js';
import { failuresOf } from './failures.js';
import type { AtomStatus } from './run-state.js';
import type { Run } from './step.js';
import { inputsOf } from './values.js';

/** What calls need from the app. */
export interface CallParts {
  readonly executor: Executor;
  readonly codec: Codec;
  readonly services: object;
}

/** The calls of one run that are under way. */
export class Calls {
  readonly #run: Run;
  readonly #parts: CallParts;
  readonly #doors: CallDoors;
  readonly #seed: string;
  /** One for all calls: whoever loses the run loses all of them. */
  readonly #abort = new AbortController();

  constructor(run: Run, parts: CallParts, doors: CallDoors) {
    this.#run = run;
    this.#parts = parts;
    this.#doors = doors;
    this.#seed = keySeed(run.status);
    // Each task may listen, and a run may have many: that is no leak to warn of.
    setMaxListeners(0, this.#abort.signal);
  }

  start(command: CallCommand): void {
    const { atom, round, attempt } = command;
    void this.#call(command).then((end) => this.#doors.finished({ atom, round, attempt, end }));
  }

  /** Tells every call that its result is not wanted any more. */
  abort(reason: Error): void {
    this.#abort.abort(reason);
  }

  async #call(command: CallCommand): Promise<CallOutcome['end']> {
    const task = this.#run.flow.atoms[command.atom] as CompiledTask;
    try {
      const inputs = inputsOf(this.#run, task, command.do, this.#parts.codec);
      const context = this.#context(command, task.path);
      if (command.do === 'revert') {
        await this.#parts.executor.call({ phase: 'revert', task: task.task, inputs, outcome: this.#outcome(command.atom), context });
        return { kind: 'result' };
      }
      const parsed = hasSchemas(task.task.requires) ? await parse(task.task.requires, inputs) : { values: inputs };
      if ('issues' in parsed) return { kind: 'failure', failure: invalidInputs(task, issueText(parsed.issues)) };
      const returned = await this.#parts.executor.call({ phase: 'execute', task: task.task, inputs: parsed.values, context });
      const checked = resultOf(task, returned, this.#parts.codec);
      const result = checked instanceof Promise ? await checked : checked;
      return 'failure' in result ? { kind: 'failure', failure: result.failure } : { kind: 'result', ...result };
    } catch (thrown) {
      return { kind: 'failure', failure: toFailure(thrown) };
    }
  }

  #context(call: CallCommand, path: string): TaskContext<object> {
    const { status } = this.#run;
    const { services, codec } = this.#parts;
    const stored = status.atoms[call.atom]?.saved;
    const saved = stored === undefined ? undefined : codec.decode(stored);
    return callContext({ status, seed: this.#seed, call, path, signal: this.#abort.signal, services, saved, doors: this.#doors });
  }

  #outcome(atom: number): AnyOutcome {
    const status = this.#run.status.atoms[atom] as AtomStatus;
    const { codec } = this.#parts;
    const common = {
      flowFailures: failuresOf(this.#run.flow, this.#run.status).filter(({ phase }) => phase === 'execute'),
      ...(status.saved === undefined ? {} : { saved: codec.decode(status.saved) }),
    };
    switch (status.outcome) {
      case 'failure':
        return { kind: 'failure', failure: status.failure as Failure, ...common };
      case 'interrupted':
        return { kind: 'interrupted', ...common };
      default: {
        const result = status.result === undefined ? {} : (codec.decode(status.result) as Record<string, unknown>);
        return { kind: 'result', result, ...common };
      }
    }
  }
}

function invalidInputs(task: CompiledTask, text: string): Failure {
  return { name: 'TaskContractError', code: 'INVALID_INPUT', message: `task '${task.path}': its inputs are not valid: ${text}` };
}
