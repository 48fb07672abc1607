import { LiveProcess, type Stage } from './process.js';

/** The processes that are there, one after another, and beside each other. */
export class Processes {
  readonly #stage: Stage;
  readonly #all: LiveProcess[] = [];
  readonly #stopped = new Set<LiveProcess>();

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  get all(): readonly LiveProcess[] {
    return this.#all;
  }

  /** One that lives: the first, or a new one when it has died. */
  any(): LiveProcess {
    return this.#living()[0] ?? this.#begun();
  }

  besides(other: LiveProcess): LiveProcess {
    return this.#living().find((one) => one !== other) ?? this.#begun();
  }

  stops(process: LiveProcess): void {
    this.#stopped.add(process);
  }

  #living(): readonly LiveProcess[] {
    return this.#all.filter((one) => !one.isDead && !this.#stopped.has(one));
  }

  #begun(): LiveProcess {
    const process: LiveProcess = new LiveProcess(String.fromCharCode(65 + (this.#all.length % 26)), this.#stage);
    this.#all.push(process);
    return process;
  }
}
