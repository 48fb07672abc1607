import type { CompiledWait } from '../../compilation/index.js';
import { LATEST_MS, timeAfter } from '../../model/clock.js';
import { type Failure, statedFailure, toFailure } from '../../model/failure.js';
import { inWords, messageOf } from '../../model/in-words.js';
import type { Json } from '../../model/json.js';
import type { Awaited } from '../../persistence/index.js';
import { isWait } from '../state/atom-behavior.js';
import { oldestFor } from '../state/fold-signals.js';
import type { Answer, EngineEvent, Question } from '../state/protocol.js';
import { atomOf } from '../state/run-status.js';
import { inputsOf } from '../state/values.js';
import { fail } from './resolve-failure.js';
import type { ActiveRun } from './run.js';
import type { Step } from './step.js';

/** States that an atom fails before it has done anything: that it may have started, or would have waited. */
export function failAtOnce(run: ActiveRun, step: Step, atom: number, failure: Failure): void {
  step.state(isWait(run.flow.atoms[atom]) ? ['WAIT', atom, {}] : ['RUNNING', atom]);
  fail(run, step, 'FAILURE', atom, failure);
}

/** A wait begins. For what is no time it has failed. */
export function beginWait(run: ActiveRun, step: Step, wait: CompiledWait): true {
  const awaited = awaitedBy(run, wait, step.limits.nowMs);
  if ('name' in awaited) failAtOnce(run, step, wait.index, awaited);
  else step.state(['WAIT', wait.index, awaited]);
  return true;
}

function awaitedBy(run: ActiveRun, { wait, path, requires, inputs }: CompiledWait, nowMs: number): Awaited | Failure {
  switch (wait.kind) {
    case 'sleep':
      return { untilMs: timeAfter(nowMs, wait.ms) };
    case 'signal': {
      const { signal, timeoutMs } = wait;
      return timeoutMs === undefined || timeoutMs === Number.POSITIVE_INFINITY
        ? { signal }
        : { signal, untilMs: timeAfter(nowMs, timeoutMs) };
    }
    case 'sleepFor':
    case 'sleepUntil': {
      let value: unknown;
      try {
        value = run.codec.decode(inputsOf(run, path, requires, inputs)[wait.value] as Json);
      } catch (error) {
        return toFailure(error);
      }
      const untilMs = wait.kind === 'sleepFor' ? afterPause(nowMs, value) : momentOf(value);
      return untilMs === undefined ? noTime(path, wait.value, value) : { untilMs };
    }
  }
}

function afterPause(nowMs: number, ms: unknown): number | undefined {
  return typeof ms === 'number' && ms >= 0 ? timeAfter(nowMs, ms) : undefined;
}

/** A moment that is over is one: the wait goes on at once. */
function momentOf(value: unknown): number | undefined {
  const atMs = typeof value === 'number' ? value : timeOfDate(value);
  if (atMs === undefined || Number.isNaN(atMs)) return undefined;
  return Math.min(LATEST_MS, Math.max(0, Math.ceil(atMs)));
}

/** What a codec has made of a date need not be one of this realm. */
function timeOfDate(value: unknown): number | undefined {
  try {
    return Date.prototype.getTime.call(value);
  } catch {
    return undefined;
  }
}

function noTime(path: string, name: string, value: unknown): Failure {
  const message = `'${path}' can't wait for '${name}', which is ${inWords(value)}: it has to be a number of milliseconds of at least 0, or for sleepUntil a Date or milliseconds since 1970`;
  return statedFailure({ name: 'TaskContractError', code: 'BAD_TIME', message });
}

/** The time of a wait has come: what sleeps goes on, and so does what has a value for that; a signal that did not come is a failure. */
export function timeIsUp(run: ActiveRun, step: Step, { wait, path, index, outputs }: CompiledWait): true {
  if (wait.kind !== 'signal') step.state(['SUCCESS', index]);
  else if (wait.fallback === undefined) fail(run, step, 'FAILURE', index, timedOut(path, wait.signal));
  else if (outputs[0] === undefined) step.state(['SUCCESS', index]);
  else {
    const { value } = wait.fallback;
    try {
      step.state(['SUCCESS', index, run.codec.encode({ [outputs[0].name]: value })]);
    } catch (error) {
      const message = `the fallback of '${path}' can't be stored: ${messageOf(error)}`;
      fail(run, step, 'FAILURE', index, statedFailure({ name: 'TaskContractError', code: 'NOT_STORABLE', message }));
    }
  }
  return true;
}

function timedOut(path: string, signal: string): Failure {
  return { name: 'TimeoutError', code: 'WAIT_TIMEOUT', message: `'${path}' waited for the signal '${signal}', which did not come in time` };
}

/** A signal has come: it is kept, whether a wait is there for it or not. One that is sent again is none. */
export function keepSignal(run: ActiveRun, step: Step, { name, id, payload }: Extract<EngineEvent, { kind: 'signal' }>): void {
  if (run.status.signalIds.includes(id)) return;
  step.state(payload === undefined ? ['SIGNAL', name, id] : ['SIGNAL', name, id, payload]);
}

/** Lets the first wait that can hear a signal that is there do so: at once, or when its schema has said what comes of it. */
export function hearSignal(run: ActiveRun, step: Step): boolean {
  const { status, frontier, flow } = run;
  if (status.signals.length === 0) return false;
  for (const atom of frontier.waits) {
    const wait = atomOf(status, atom);
    const signal = wait.intention === 'EXECUTE' ? oldestFor(status, wait) : undefined;
    if (signal === undefined) continue;
    const question: Question = { about: 'signal', atom, name: signal.name };
    if (frontier.questions.isOpen(question)) continue;
    const compiled = flow.atoms[atom];
    if (isWait(compiled) && compiled.outputs.length > 0) step.ask(question);
    else step.state(['HEARD', atom]);
    return true;
  }
  return false;
}

/** What a schema has made of a signal. What it refuses is gone, and the wait goes on. */
export function settleSignal(
  run: ActiveRun,
  step: Step,
  { atom }: Extract<Question, { about: 'signal' }>,
  { answer, failure }: Answer,
): void {
  const wait = atomOf(run.status, atom);
  // Its time was over meanwhile, or its run goes back: the signal is there for another wait of its name.
  if (wait.state !== 'WAITING' || wait.intention !== 'EXECUTE' || oldestFor(run.status, wait) === undefined) return;
  step.state(failure === undefined ? ['HEARD', atom, answer as Json] : ['UNHEARD', atom, failure]);
}

/** Withdraws the first wait that is not wanted any more: nothing was done, so that nothing is waited for. */
export function withdrawWait(run: ActiveRun, step: Step): boolean {
  const atom = run.frontier.nextWithdrawn();
  if (atom === undefined) return false;
  step.state(['REVERTED', atom]);
  return true;
}
