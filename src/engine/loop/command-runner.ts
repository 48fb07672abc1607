import type { Calls } from '../calls/calls.js';
import { isCall, mayCall } from '../decide/call-commands.js';
import type { EventQueue } from '../record/event-queue.js';
import type { Statistics } from '../record/statistics.js';
import type { AbortCommand, AskCommand, CallCommand, Command, Limits } from '../state/protocol.js';
import type { Announcer } from './announcer.js';
import type { Timer } from './timer.js';

/** What the commands of a step are carried out with. */
export interface CommandParts {
  readonly calls: Calls;
  readonly timer: Timer;
  readonly queue: EventQueue;
  readonly announcer: Announcer;
  readonly statistics: Statistics;
  /** Whether to rest is looked at once a step, and not before each call: for tests. */
  readonly lockstep: boolean;
  /** Whether the run may still begin something. */
  hold(): Limits['hold'];
  /** Whether another engine may have taken the run, for all that this one knows. */
  isDoubtful(): boolean;
  /** Makes sure that the run is still this engine's. @throws StaleRunError when it is not */
  confirm(): Promise<void>;
  /** The time that code has to end after it was aborted begins. */
  beginGrace(): void;
}

/** Carries out what a durable step asks for: calls, questions, timers, aborted signals. */
export class CommandRunner {
  readonly #parts: CommandParts;

  constructor(parts: CommandParts) {
    this.#parts = parts;
  }

  /**
   * @returns the atoms whose calls were not made, since the run is to rest by now: their RUNNING is to be taken back
   * @throws StaleRunError when another engine has the run: no code was called
   */
  async run(commands: readonly Command[]): Promise<readonly number[]> {
    const { lockstep } = this.#parts;
    const hold = this.#parts.hold();
    if (this.#parts.isDoubtful() && commands.some((command) => reachesCode(command, hold))) await this.#parts.confirm();
    const withdrawn: number[] = [];
    for (const command of commands) {
      if (!isCall(command)) this.#obey(command);
      // The listener of the call before this one may have asked to suspend.
      else if (mayCall(command, lockstep ? hold : this.#parts.hold())) this.#call(command);
      else withdrawn.push(command.atom);
    }
    return withdrawn;
  }

  #call(call: CallCommand): void {
    this.#parts.announcer.call(call);
    this.#parts.statistics.calls++;
    this.#parts.calls.start(call);
  }

  #obey(command: Exclude<Command, CallCommand>): void {
    switch (command.do) {
      case 'ask':
        this.#ask(command);
        return;
      case 'seek':
        this.#parts.calls.seek(command.calls);
        return;
      case 'sleep':
        this.#parts.timer.set(command.untilMs);
        return;
      case 'abort':
        if (command.isOverdue) this.#parts.calls.endOverdue();
        else this.#abort(command);
        return;
      // The engine itself sees to these, before anything is called.
      case 'suspend':
      case 'giveUp':
      case 'letGo':
    }
  }

  #abort({ atoms, reason, isBounded }: AbortCommand): void {
    const why = isBounded ? 'the run was cancelled' : 'the run goes back: the result of this call is not wanted';
    this.#parts.calls.abortForward(new Error(reason === undefined ? why : `${why} (${reason})`), atoms);
    if (isBounded) this.#parts.beginGrace();
  }

  #ask(command: AskCommand): void {
    const { question, id } = command;
    const { calls, queue } = this.#parts;
    void calls.ask(command).then((answer) => queue.post({ kind: 'answered', id, question, ...answer }));
  }
}

/** Whether code of the user is called, asked, or sought. */
function reachesCode(command: Command, hold: Limits['hold']): boolean {
  return command.do === 'ask' || command.do === 'seek' || (isCall(command) && mayCall(command, hold));
}
