import type { FailureReport } from '../model/failure.js';
import type { Phase, RunState } from '../model/states.js';

/** What a crash did to a flow that a run without one does not. */
export interface CrashFinding {
  /**
   * `doubled`: an effect stands more often than without the crash. `lost`: less often, though the run ended as it would have.
   * `left behind`: it stands though the run has gone back. `ended otherwise`: the run ended in another state.
   */
  readonly kind: 'doubled' | 'lost' | 'left behind' | 'ended otherwise';
  /** As `effects` gave it; absent with `ended otherwise`. */
  readonly effect?: string;
  /** How often it stands, and how often it should. */
  readonly times?: number;
  readonly expected?: number;
  /** The task that does it, and in which phase, as far as that was seen. */
  readonly path?: string;
  readonly phase?: Phase;
  /** In which state the run ended, and in which it should have. */
  readonly state: RunState;
  readonly expectedState: RunState;
  /** With `ended otherwise`: what failed first. */
  readonly failure?: FailureReport;
  /** The run was cancelled when this task had done its work, so that it went back from there. */
  readonly cancelledAfter?: string;
  /** Absent: it is so without any crash. */
  readonly crash?: Crash;
  /** How many other crashes have the same consequence. */
  readonly others: number;
}

/** The moment at which a process died. */
export interface Crash {
  /** Which commit of the run, from 0. */
  readonly write: number;
  /** Before it was durable, or after. */
  readonly side: 'before' | 'after';
  /** What the commit states: `order/charge SUCCESS, order/ship RUNNING`. */
  readonly commit: string;
  /** Paths of the tasks that were called before the crash and again after it, with the same idempotency key. */
  readonly calledAgain: readonly string[];
}

/** What came of {@link surviveEveryCrash}. */
export interface CrashReport {
  readonly flow: string;
  /** How often the flow was run, and its process died. */
  readonly crashes: number;
  /** How it ended without a crash, and what it did to the world: each way that was tried. */
  readonly courses: readonly { readonly cancelledAfter?: string; readonly state: RunState; readonly effects: readonly string[] }[];
  /** None: it survives. */
  readonly findings: readonly CrashFinding[];
}

/** Thrown by {@link surviveEveryCrash}: the message says what went wrong, where, and what to do about it. */
export class NotCrashSafeError extends Error {
  override readonly name = 'NotCrashSafeError';
  readonly report: CrashReport;

  constructor(report: CrashReport) {
    super(inWords(report));
    this.report = report;
  }
}

function inWords({ flow, crashes, findings }: CrashReport): string {
  const what = findings.length === 1 ? 'one consequence is' : `${findings.length} consequences are`;
  const head = `flow '${flow}' does not survive every crash: of ${crashes} that were tried, ${what} wrong`;
  return [head, ...findings.map((finding, index) => `\n${index + 1}. ${findingInWords(finding)}`)].join('\n');
}

function findingInWords(finding: CrashFinding): string {
  const { cancelledAfter, crash, others } = finding;
  const lines = [whatIn(finding)];
  if (cancelledAfter !== undefined) lines.push(`in a run that was cancelled when '${cancelledAfter}' had done its work`);
  if (crash !== undefined) {
    lines.push(`its process died ${crash.side} this commit, no. ${crash.write}: ${crash.commit}`);
    if (crash.calledAgain.length > 0) lines.push(`called again with the same key: ${crash.calledAgain.join(', ')}`);
    if (others > 0) lines.push(`${others} other ${others === 1 ? 'crash has' : 'crashes have'} the same consequence`);
  } else lines.push('without any crash');
  lines.push(`→ ${adviceFor(finding)}`);
  return lines.join('\n   ');
}

function whatIn({ kind, effect, times, expected, path, phase, state, expectedState, failure }: CrashFinding): string {
  const who = path === undefined ? '' : `, by ${phase} of '${path}'`;
  switch (kind) {
    case 'doubled':
    case 'lost':
      return `${kind}: '${effect}' stands ${times} times instead of ${expected}${who}`;
    case 'left behind':
      return `${kind}: '${effect}' still stands, though the run is ${state}${who}`;
    case 'ended otherwise':
      return `${kind}: the run is ${state} instead of ${expectedState}${failure === undefined ? '' : `, as '${failure.path}' failed: ${failure.failure.message}`}`;
  }
}

function adviceFor({ kind, phase, crash }: CrashFinding): string {
  switch (kind) {
    case 'doubled':
      return phase === 'revert'
        ? 'a crash lets revert be called again: give ctx.revertKey to what it calls, or look first whether it is undone'
        : 'a crash lets a task be called again: give ctx.idempotencyKey to what it calls, or look first whether it is done';
    case 'lost':
      return 'a task that returns, or has saved that it is done, is not asked to do it again: do it first, and save or return after that';
    case 'left behind':
      return crash === undefined
        ? "no revert undoes it: let the task's own do so, or name it in 'stays' if it is to stay"
        : "what was under way when its process died is reverted with the outcome 'interrupted', since it may have been done: look for it by ctx.idempotencyKey, and undo it then, too";
    case 'ended otherwise':
      return 'what the task finds after a crash makes it fail: let it take what is there already as done';
  }
}
