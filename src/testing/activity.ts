import { endOfTurn } from '../model/event-loop.js';

/** What ends in memory goes on within so many turns of the event loop. */
const QUIET_TURNS = 3;

/** Knows whether anything is under way: calls of tasks, and what a store was asked. */
export class Activity {
  #underWay = 0;
  /** Grows with all that begins or ends. */
  #changes = 0;
  #heard: (() => void)[] = [];

  /** Something is under way, until the returned function is called. */
  begin(): () => void {
    let isOver = false;
    this.#count(1);
    return () => {
      if (isOver) return;
      isOver = true;
      this.#count(-1);
    };
  }

  /** The work is under way until it ends, however. */
  async during<Result>(work: () => Promise<Result>): Promise<Result> {
    const end = this.begin();
    try {
      return await work();
    } finally {
      end();
    }
  }

  /** Something else is not as it was. */
  changed(): void {
    this.#count(0);
  }

  /** Resolves when something begins, ends or changes. */
  change(): Promise<void> {
    return new Promise((resolve) => this.#heard.push(resolve));
  }

  /** Resolves when nothing is under way, and nothing comes of what has ended. */
  async quiet(): Promise<void> {
    for (let turns = 0; turns < QUIET_TURNS; turns++) {
      const before = this.#changes;
      if (this.#underWay > 0) await this.change();
      await endOfTurn();
      if (this.#underWay > 0 || this.#changes !== before) turns = -1;
    }
  }

  #count(more: number): void {
    this.#underWay += more;
    this.#changes++;
    const heard = this.#heard;
    this.#heard = [];
    for (const resolve of heard) resolve();
  }
}
