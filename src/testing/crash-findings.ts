import type { RunState } from '../model/states.js';
import type { Life, TaskCall } from './crash-life.js';
import type { Crash, CrashFinding } from './crash-report.js';

interface Compared {
  readonly life: Life;
  /** The same without a crash. */
  readonly reference: Life;
  /** The same without a crash and without being cancelled. */
  readonly forward: Life;
  readonly mayStay: (effect: string) => boolean;
  readonly cancelledAfter?: string;
  readonly crash?: Pick<Crash, 'write' | 'side'>;
}

type Found = Pick<CrashFinding, 'kind' | 'effect' | 'times' | 'expected'>;

/** What is wrong: each consequence once, with the first crash that has it. */
export class Findings {
  readonly #byConsequence = new Map<string, CrashFinding>();

  get all(): readonly CrashFinding[] {
    return [...this.#byConsequence.values()];
  }

  compare(compared: Compared): void {
    for (const found of wrongIn(compared)) this.#add(found, compared);
  }

  #add(found: Found, { life, reference, cancelledAfter, crash }: Compared): void {
    const { end } = life;
    const { state } = end;
    const failure = found.kind === 'ended otherwise' && 'failures' in end ? end.failures[0] : undefined;
    const cause = found.effect === undefined ? undefined : causeOf(found.effect, life, reference);
    const consequence = JSON.stringify([found.kind, found.effect, cause?.path, found.effect === undefined ? state : '']);
    const known = this.#byConsequence.get(consequence);
    if (known !== undefined) {
      // What is wrong without any crash is so after each one.
      if (known.crash !== undefined) this.#byConsequence.set(consequence, { ...known, others: known.others + 1 });
      return;
    }
    this.#byConsequence.set(consequence, {
      ...found,
      ...(cause === undefined ? {} : { path: cause.path, phase: cause.phase }),
      ...(failure === undefined ? {} : { failure }),
      ...{ state, expectedState: reference.end.state },
      ...(cancelledAfter === undefined ? {} : { cancelledAfter }),
      ...(crash === undefined ? {} : { crash: { ...crash, commit: life.commits[crash.write] ?? '', calledAgain: calledAgain(life) } }),
      others: 0,
    });
  }
}

function wrongIn({ life, reference, forward, mayStay }: Compared): readonly Found[] {
  const found: Found[] = [];
  const { state } = life.end;
  const isAsBefore = state === reference.end.state;
  const isMeant = isGivenUp(life);
  if (!isAsBefore && !isMeant) found.push({ kind: 'ended otherwise' });
  const like = isAsBefore ? reference : forward;
  for (const effect of new Set([...life.effects.keys(), ...like.effects.keys()])) {
    const times = life.effects.get(effect) ?? 0;
    // Without a crash, too, nothing is left of a run that has gone back.
    const expected = isBack(state) && !mayStay(effect) ? 0 : (like.effects.get(effect) ?? 0);
    if (times > expected) found.push({ kind: isBack(state) && expected === 0 ? 'left behind' : 'doubled', effect, times, expected });
    else if (times < expected && isAsBefore && !isMeant) found.push({ kind: 'lost', effect, times, expected });
  }
  return found;
}

/** A task was under way that is not to be called again (`onInterrupted`): then the run goes back, or on without it, as its author means. */
function isGivenUp({ end }: Life): boolean {
  return 'failures' in end && end.failures.some(({ failure }) => failure.code === 'INTERRUPTED');
}

function isBack(state: RunState): boolean {
  return state === 'REVERTED' || state === 'CANCELLED';
}

/** The call that brings an effect; of one that only a crash brings, the one that was made again. */
function causeOf(effect: string, life: Life, reference: Life): Pick<TaskCall, 'path' | 'phase'> | undefined {
  const cause = reference.causes.get(effect);
  if (cause !== undefined) return cause;
  const again = life.calls.filter((call) => call.isAfterCrash && life.calls.some((other) => !other.isAfterCrash && isSame(call, other)));
  return again.length === 1 ? again[0] : undefined;
}

function calledAgain({ calls }: Life): readonly string[] {
  const again = calls.filter((call) => call.isAfterCrash && calls.some((other) => !other.isAfterCrash && isSame(call, other)));
  return [...new Set(again.map(({ path, phase }) => (phase === 'execute' ? path : `${path} (revert)`)))];
}

function isSame(one: TaskCall, other: TaskCall): boolean {
  return one.key === other.key && one.path === other.path && one.phase === other.phase;
}
