import { canCall, instanceOf, type TaskContext } from '../../authoring/index.js';
import type { CompiledAtom, CompiledRetry, CompiledTask } from '../../compilation/index.js';
import type { Codec } from '../../model/codec/codec.js';
import { describeUnfencedRevert } from '../../model/errors.js';
import { copyOfFailure, type Failure, statedFailure, toFailure } from '../../model/failure.js';
import type { Json } from '../../model/json.js';
import { idOf } from '../decide/call-commands.js';
import { wasNotBegun } from '../decide/full-journal.js';
import type { Run } from '../decide/step.js';
import { failuresOf } from '../state/failures.js';
import type { Answer, CallCommand, CallOutcome, Question } from '../state/protocol.js';
import type { AtomStatus } from '../state/run-status.js';
import { inputsOf, isOfMissingValue } from '../state/values.js';
import { askDecider } from './ask-user-code.js';
import { type CallDoors, callContext, type EndingDoor, keySeed } from './call-context.js';
import { type CallResult, hasSchemas, issueText, parse, resultOf } from './call-result.js';
import { askRetry, callRetry, type RetryParts } from './custom-retry.js';
import { type AnyOutcome, type Executor, isInterruptedCall } from './executor.js';
import { discretionOf } from './redact-reports.js';
import type { Signals } from './signals.js';
import { CallDoor } from './transaction-port.js';
import { UnfencedDoor } from './unfenced-port.js';

/** What calls need from the app. */
export interface CallParts extends RetryParts {
  readonly executor: Executor;
  readonly codec: Codec;
  /** Whether tasks may end with transactions that the store takes no part in. */
  readonly allowUnfenced: boolean;
}

/** Calls the code of the user for one run. */
export class Calls {
  readonly #run: Run;
  readonly #parts: CallParts;
  readonly #doors: CallDoors;
  readonly #signals: Signals;
  readonly #seed: string;
  #hasWarned = false;

  constructor(run: Run, parts: CallParts, signals: Signals, doors: CallDoors) {
    this.#run = run;
    this.#parts = parts;
    this.#signals = signals;
    this.#doors = doors;
    this.#seed = keySeed(run.status);
  }

  start(command: CallCommand): void {
    const { atom, phase } = command;
    const signal = this.#signals.of(atom, phase);
    const door = this.#doorOf(command);
    void this.#call(command, signal, door).then((end) => {
      this.#signals.ended(atom);
      if (door === undefined || door.close()) this.#doors.finished({ ...idOf(command), end });
    });
  }

  /** By which a task can end with a transaction of its own. */
  #doorOf(command: CallCommand): EndingDoor | undefined {
    const task = this.#run.flow.atoms[command.atom];
    if (task?.kind !== 'task') return undefined;
    const { commit, finished } = this.#doors;
    const { codec, allowUnfenced } = this.#parts;
    const { phase } = command;
    const { path, outputs } = task;
    const toResult = (value: unknown) => (phase === 'execute' ? resultOf(path, outputs, value, codec) : storable(value, codec));
    if (commit !== undefined) return new CallDoor({ call: command, path, resultOf: toResult, commit });
    return new UnfencedDoor({
      phase,
      path,
      isAllowed: allowUnfenced,
      resultOf: toResult,
      finished: (end) => finished({ ...idOf(command), end }),
      warn: () => this.#warnOfUnfenced(path),
    });
  }

  /** Once a run. */
  #warnOfUnfenced(path: string): void {
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    process.emitWarning(describeUnfencedRevert(path), { type: 'FlowproofWarning', code: 'NOT_TRANSACTIONAL' });
  }

  ask(question: Question): Promise<Answer> {
    if (question.about === 'node') return askDecider(this.#run, question.decider);
    return askRetry(this.#run, question, this.#parts, this.#signals.of(question.retry, 'execute'));
  }

  async #call(command: CallCommand, signal: AbortSignal, door: EndingDoor | undefined): Promise<CallOutcome['end']> {
    const atom = this.#run.flow.atoms[command.atom] as CompiledAtom;
    try {
      if (command.phase === 'revert')
        return { kind: 'result', ...storable(await this.#revert(command, atom, signal, door), this.#parts.codec) };
      const result = await (atom.kind === 'task' ? this.#execute(command, atom, signal, door) : this.#attempt(atom, signal));
      return 'failure' in result ? { kind: 'failure', failure: result.failure } : { kind: 'result', ...result };
    } catch (thrown) {
      if (isInterruptedCall(thrown)) return { kind: 'interrupted', failure: toFailure(thrown.cause) };
      // Whoever was told to end and throws is not saying that nothing was done.
      return { kind: signal.aborted ? 'interrupted' : 'failure', failure: toFailure(thrown) };
    }
  }

  async #execute(command: CallCommand, atom: CompiledTask, signal: AbortSignal, door: EndingDoor | undefined): Promise<CallResult> {
    const { task, path } = atom;
    const inputs = inputsOf(this.#run, path, task.requires, atom.inputs);
    const context = this.#context(command, atom, signal, door);
    const parsed = hasSchemas(task.requires) ? await parse(task.requires, inputs) : { values: inputs };
    if ('issues' in parsed) return { failure: invalidInputs(path, issueText(parsed.issues)) };
    const returned = await this.#parts.executor.call({ phase: 'execute', task, inputs: parsed.values, context });
    return resultOf(path, atom.outputs, returned, this.#parts.codec);
  }

  async #attempt(atom: CompiledRetry, signal: AbortSignal): Promise<CallResult> {
    const returned = await callRetry(this.#run, atom, 'execute', this.#parts, signal);
    return resultOf(atom.path, atom.outputs, returned, this.#parts.codec);
  }

  async #revert(command: CallCommand, atom: CompiledAtom, signal: AbortSignal, door: EndingDoor | undefined): Promise<unknown> {
    if (atom.kind === 'retry') return callRetry(this.#run, atom, 'revert', this.#parts, signal);
    const { task, path } = atom;
    // It failed before it could be called: there is nothing to undo, and its revert would miss the same values. A value that is
    // missing was so for calls that were lost, too; a journal that is full may have become so after them.
    const { failure, interruptions } = this.#run.status.atoms[command.atom] as AtomStatus;
    if (isOfMissingValue(failure) || (interruptions === 0 && wasNotBegun(failure))) return undefined;
    // Only its instance can tell whether it has something to undo: what that would read need not be there.
    if (task.hasRevert !== true && !canCall(await instanceOf(task.code, this.#parts.resolve), 'revert')) return undefined;
    const inputs = inputsOf(this.#run, path, atom.revertPorts, atom.revertInputs);
    const context = this.#context(command, atom, signal, door);
    return this.#parts.executor.call({ phase: 'revert', task, inputs, outcome: this.#outcome(command.atom), context });
  }

  #context(call: CallCommand, task: CompiledTask, signal: AbortSignal, door: EndingDoor | undefined): TaskContext<object> {
    const { status } = this.#run;
    const { services, codec } = this.#parts;
    const stored = status.atoms[call.atom]?.saved;
    const saved = stored === undefined ? undefined : codec.decode(stored);
    const discretion = discretionOf(this.#run, task);
    return callContext({ status, seed: this.#seed, call, path: task.path, signal, services, saved, doors: this.#doors, door, discretion });
  }

  #outcome(atom: number): AnyOutcome {
    const status = this.#run.status.atoms[atom] as AtomStatus;
    const { codec } = this.#parts;
    const { interruptions } = status;
    const common = {
      flowFailures: failuresOf(this.#run.flow, this.#run.status, atom).filter(({ phase }) => phase === 'execute'),
      ...(interruptions === 0 ? {} : { interruptions }),
      ...(status.saved === undefined ? {} : { saved: codec.decode(status.saved) }),
    };
    switch (status.outcome) {
      case 'failure':
        // The last call says that it did nothing; of the one that was lost before nobody knows.
        if (interruptions > 0) return { kind: 'interrupted', ...common };
        return { kind: 'failure', failure: copyOfFailure(status.failure as Failure), ...common };
      case 'interrupted':
        return { kind: 'interrupted', ...common };
      default: {
        const result = status.result === undefined ? {} : (codec.decode(status.result) as Record<string, unknown>);
        return { kind: 'result', result, ...common };
      }
    }
  }
}

/** What a revert returned is kept for whoever looks at the run; what a codec refuses is nobody's fault there. */
function storable(returned: unknown, codec: Codec): { readonly result?: Json } {
  if (returned === undefined) return {};
  try {
    return { result: codec.encode(returned) };
  } catch {
    return {};
  }
}

function invalidInputs(path: string, text: string): Failure {
  return statedFailure({ name: 'TaskContractError', code: 'INVALID_INPUT', message: `task '${path}': its inputs are not valid: ${text}` });
}
