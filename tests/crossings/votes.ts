import type { Plan, PlannedDecider } from './plan.js';

/** What deciders have said about the nodes of a run, as its store has it, and what has to come of that. */
export class Votes {
  readonly #plan: Plan;
  /** How an atom is in the store. */
  readonly #stateOf: (path: string) => string;
  readonly #said = new Map<PlannedDecider, boolean>();
  /** Atoms of optional nodes that have failed. */
  readonly #leftOut = new Set<string>();

  constructor(plan: Plan, stateOf: (path: string) => string) {
    this.#plan = plan;
    this.#stateOf = stateOf;
  }

  /** @returns what is wrong with it */
  voted(number: number, yes: boolean): readonly string[] {
    const decider = this.#plan.deciders[number];
    if (decider === undefined) return [`decider ${number} has voted, and there is none`];
    const before = this.#said.get(decider);
    this.#said.set(decider, yes);
    return before === undefined ? [] : [`${decider.name} has voted about ${decider.target} twice, ${before} and ${yes}`];
  }

  /** A node is to be undone, and left out. @returns what is wrong with that */
  leftOut(atoms: readonly string[]): readonly string[] {
    for (const path of atoms) this.#leftOut.add(path);
    const isOptional = this.#plan.optional.some((part) => part.length === atoms.length && part.every((path, at) => path === atoms[at]));
    const hasFailed = atoms.some((path) => this.#stateOf(path) === 'FAILURE');
    return [
      ...(isOptional ? [] : [`${atoms.join(', ')} are left out, and are no optional node`]),
      ...(hasFailed ? [] : [`${atoms.join(', ')} are left out, and none of them has failed`]),
    ];
  }

  /** What it is about begins anew. */
  reset(path: string): void {
    this.#leftOut.delete(path);
    for (const decider of this.#said.keys()) if (decider.atoms[0] === path) this.#said.delete(decider);
  }

  forget(): void {
    this.#said.clear();
    this.#leftOut.clear();
  }

  /** @returns what is wrong when this is asked now */
  wrongWhenAsked(name: string): readonly string[] {
    return this.#plan.deciders
      .filter((decider) => decider.name === name)
      .flatMap((decider) => {
        const begun = decider.atoms.filter((path) => !['PENDING', 'IGNORE'].includes(this.#stateOf(path)));
        const waiting = decider.before.filter((path) => !['SUCCESS', 'IGNORE'].includes(this.#stateOf(path)));
        return [
          ...(this.#said.has(decider) ? [`${name} is asked, and has voted about ${decider.target}`] : []),
          ...(this.#isSkipped(decider.source) ? [`${name} is asked, and was skipped`] : []),
          ...begun.map((path) => `${name} is asked, and ${path} is ${this.#stateOf(path)}`),
          ...waiting.map((path) => `${name} is asked, and ${path} before it is ${this.#stateOf(path)}`),
        ];
      });
  }

  /** @returns what is wrong when this task begins now */
  wrongWhenBegun(task: string): readonly string[] {
    return this.#plan.deciders
      .filter(({ atoms, source }) => atoms.includes(task) && !this.#isSkipped(source))
      .flatMap((decider) => {
        const said = this.#said.get(decider);
        return said === true ? [] : [`${task} is executed, and ${decider.name} has said ${said === false ? 'no' : 'nothing'}`];
      });
  }

  /** @returns what is wrong after each step: what a `no` skips is skipped with it, all of it */
  wrongAfterStep(): readonly string[] {
    // Who speaks for what was left out since, with a part of the flow that has failed, does not count any more.
    const counting = this.#noes().filter(({ source }) => !this.#isSkipped(source));
    return counting.flatMap(({ name, skips }) => {
      const waiting = skips.filter((path) => this.#stateOf(path) === 'PENDING');
      return waiting.map((path) => `${name} has said no, and ${path} is PENDING`);
    });
  }

  /** @returns what is wrong at the end: what is skipped, and nobody has said so, nor has it failed and may */
  wrongAtEnd(): readonly string[] {
    const skipped = new Set([...this.#noes().flatMap(({ skips }) => skips), ...this.#leftOut]);
    return this.#plan.atoms.flatMap((path) =>
      this.#stateOf(path) === 'IGNORE' && !skipped.has(path) ? [`${path} is skipped, and nobody has said no`] : [],
    );
  }

  /** Those who have said no, where all have spoken who speak for that node. */
  #noes(): readonly PlannedDecider[] {
    return this.#plan.deciders.filter((decider) => this.#said.get(decider) === false && this.#haveAllSpoken(decider.target));
  }

  #haveAllSpoken(target: string): boolean {
    const speaking = this.#plan.deciders.filter((decider) => decider.target === target);
    return speaking.every((decider) => this.#said.has(decider) || this.#isSkipped(decider.source));
  }

  #isSkipped(source: readonly string[]): boolean {
    return source.length > 0 && source.every((path) => this.#stateOf(path) === 'IGNORE');
  }
}
