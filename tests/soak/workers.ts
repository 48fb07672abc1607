import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Order, Said, Setting } from './engine-process.js';
import type { MemorySample } from './memory.js';
import type { Random } from './random.js';
import type { Task, WorkerSpec } from './worker-spec.js';

export interface WorkersParams {
  /** The bundled `engine-process.ts`. */
  readonly program: string;
  readonly setting: Omit<Setting, 'effects' | 'store'>;
  /** Where each engine leaves its effects. */
  readonly directory: string;
  /** What their names begin with. */
  readonly name: string;
  readonly specs: readonly WorkerSpec[];
  /** Whether the first of them is never killed. */
  readonly firstStays: boolean;
  /** Whether what they print is nobody's concern. */
  readonly hushed: boolean;
  /** What may still arrive of an engine that has ended. */
  readonly lateMs: number;
  readonly random: Random;
}

interface Worker {
  readonly name: string;
  readonly child: ChildProcess;
  readonly spec: WorkerSpec;
  readonly runs: Map<string, Task>;
  /** What it may still be at work on, whichever other one was given it. */
  readonly assigned: Map<string, Task>;
  frozen: boolean;
  /** It has been told to stop, and another one has been started in its place. */
  leaving: boolean;
  /** It has brought a run to its end. */
  works: boolean;
}

/** What an engine says of a run that another one has, or whose store is away: the run is told to somebody else. */
const EXPECTED: ReadonlySet<string> = new Set([
  ...['STALE_RUN', 'STORE_UNREACHABLE', 'RUN_OWNED', 'APP_STOPPED', 'RUN_NOT_FOUND'],
  // Of a directory that another one has.
  'STORE_LOCKED',
]);
const PAUSE_MS = 200;

/** The engine processes of a soak: each run is somebody's until it has ended, whoever dies. */
export class Workers {
  readonly counts = { started: 0, handovers: 0, pruned: 0 };
  /** How often engines gave a run up, by code. */
  readonly givenUp = new Map<string, number>();
  readonly memory: MemorySample[] = [];
  readonly complaints: string[] = [];
  readonly #params: WorkersParams;
  readonly #workers: Worker[] = [];
  readonly #waiting = new Map<string, { readonly task: Task; readonly resolve: (result: unknown) => void }>();
  readonly #unassigned: Task[] = [];
  readonly #startedMs = performance.now();
  readonly #begunMs = new Map<string, number>();
  #stopping = false;
  #isBroken = false;
  /** Runs that ended before this were gone from everybody who ended since. */
  #prunedUntilMs = 0;

  constructor(params: WorkersParams) {
    this.#params = params;
    for (const spec of params.specs) this.#start(spec);
  }

  get effectFiles(): readonly string[] {
    return Array.from({ length: this.counts.started }, (_, index) => this.#effectsOf(this.#nameOf(index)));
  }

  get open(): readonly Task[] {
    return [...this.#waiting.values()].map(({ task }) => task);
  }

  /** Whether one that is there has brought a run to its end, and is not about to go. */
  get isAtWork(): boolean {
    return this.#workers.some(({ works, leaving }) => works && !leaving);
  }

  /** Resolves with what the run ended with. */
  run(task: Task): Promise<unknown> {
    this.#begunMs.set(task.id, Date.now());
    return new Promise((resolve) => {
      this.#waiting.set(task.id, { task, resolve });
      this.#assign(task);
    });
  }

  /** From now on what is broken in the program is. */
  breaks(): void {
    this.#isBroken = true;
    for (const worker of this.#workers) this.#send(worker, { do: 'break' });
  }

  /** SIGKILL for one that may be killed; another one takes its place and its runs. @returns whether there was one */
  kill(): boolean {
    const victim = this.#victim();
    victim?.child.kill('SIGKILL');
    return victim !== undefined;
  }

  /** Another one comes; then one that need not stay stops in good order. */
  roll(): boolean {
    const victim = this.#victim();
    if (victim === undefined) return false;
    victim.leaving = true;
    this.#start(victim.spec);
    this.#send(victim, { do: 'stop' });
    return true;
  }

  /** SIGSTOP, and SIGCONT later; sometimes others are told of its runs meanwhile. */
  freeze(ms: number): boolean {
    const { random } = this.#params;
    const victim = random.of(this.#workers.filter(({ frozen }) => !frozen));
    const tells = random.next() < 0.8;
    if (victim === undefined || this.#workers.every((one) => one === victim || one.frozen)) return false;
    victim.frozen = true;
    victim.child.kill('SIGSTOP');
    if (tells) this.#handOver(victim);
    setTimeout(() => this.#thaw(victim), ms);
    return true;
  }

  /** Lets somebody suspend a run through its inbox: who hears SUSPENDED goes on with it. */
  suspend(): boolean {
    const task = this.#params.random.of(this.open);
    const worker = this.#params.random.of(this.#workers);
    if (task === undefined || worker === undefined) return false;
    this.#send(worker, { do: 'suspend', id: task.id });
    return true;
  }

  /**
   * Lets somebody remove runs of a group that have ended. Not those that ended after one was begun whose end somebody may not
   * know yet: whoever asks for a run that is gone begins it anew.
   */
  prune(logbook: string): boolean {
    const worker = this.#params.random.of(this.#workers.filter(({ leaving, frozen }) => !leaving && !frozen));
    if (worker === undefined) return false;
    const unsure = [...this.open, ...this.#workers.flatMap(({ assigned }) => [...assigned.values()])].map(
      ({ id }) => this.#begunMs.get(id) ?? 0,
    );
    const endedBeforeMs = Math.min(Date.now(), ...unsure) - this.#params.lateMs;
    if (endedBeforeMs <= this.#prunedUntilMs) return false;
    this.#prunedUntilMs = endedBeforeMs;
    this.#send(worker, { do: 'prune', logbook, endedBeforeMs });
    return true;
  }

  /** Asks the first one how much memory it has after a collection. */
  measure(): void {
    const [first] = this.#workers;
    if (first !== undefined && !first.frozen) this.#send(first, { do: 'measure' });
  }

  thawAll(): void {
    for (const worker of this.#workers) this.#thaw(worker);
  }

  /** Lets all end in good order. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.thawAll();
    const exits = this.#workers.map(async ({ child, name }) => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, 'exit');
      const late = setTimeout(() => child.kill('SIGKILL'), 30_000);
      child.stdin?.write(`${JSON.stringify({ do: 'stop' } satisfies Order)}\n`);
      await exited;
      clearTimeout(late);
      if (child.exitCode !== 0) this.complaints.push(`${name} did not stop in good order: ${child.signalCode ?? child.exitCode}`);
    });
    await Promise.all(exits);
  }

  #victim(): Worker | undefined {
    const { random, firstStays } = this.#params;
    return random.of(this.#workers.slice(firstStays ? 1 : 0).filter(({ leaving }) => !leaving));
  }

  #start(spec: WorkerSpec): void {
    const { program, setting, hushed } = this.#params;
    const name = this.#nameOf(this.counts.started++);
    const words = JSON.stringify({ ...setting, store: spec.store, effects: this.#effectsOf(name) } satisfies Setting);
    const [command = '', ...args] = [...(spec.within ?? []), process.execPath, '--expose-gc', program, words];
    const child = spawn(command, args, { stdio: ['pipe', 'pipe', hushed ? 'ignore' : 'inherit'] });
    const worker: Worker = { name, child, spec, runs: new Map(), assigned: new Map(), frozen: false, leaving: false, works: false };
    child.stdin?.on('error', () => undefined);
    if (child.stdout !== null)
      createInterface({ input: child.stdout }).on('line', (line) => this.#receive(worker, JSON.parse(line) as Said));
    child.once('exit', (code) => this.#exited(worker, code));
    // The first place is that of the one who stays.
    this.#workers.push(worker);
    if (this.#isBroken) this.#send(worker, { do: 'break' });
    for (const task of this.#unassigned.splice(0)) this.#assign(task);
  }

  #nameOf(index: number): string {
    return `${this.#params.name}-${index}`;
  }

  #effectsOf(name: string): string {
    return join(this.#params.directory, `${name}.effects`);
  }

  #assign(task: Task): void {
    const fit = this.#workers.filter(({ spec, leaving }) => !leaving && spec.takes(task.flow));
    const awake = fit.filter(({ frozen }) => !frozen);
    const worker = this.#params.random.of(awake.length > 0 ? awake : fit);
    if (worker === undefined) return void this.#unassigned.push(task);
    worker.runs.set(task.id, task);
    worker.assigned.set(task.id, task);
    this.#send(worker, { do: 'run', ...task });
  }

  #send(worker: Worker, order: Order): void {
    worker.child.stdin?.write(`${JSON.stringify(order)}\n`);
  }

  #receive(worker: Worker, words: Said): void {
    if (words.said === 'memory') {
      const { heapBytes, rssBytes } = words;
      this.memory.push({ atMs: performance.now() - this.#startedMs, heapBytes, rssBytes });
    }
    if (words.said === 'pruned') this.counts.pruned += words.count;
    if (words.said !== 'ended' && words.said !== 'failed') return;
    const task = worker.runs.get(words.id);
    worker.runs.delete(words.id);
    worker.assigned.delete(words.id);
    if (words.said === 'ended') worker.works = true;
    const waiting = this.#waiting.get(words.id);
    if (words.said === 'failed') {
      this.givenUp.set(words.code, (this.givenUp.get(words.code) ?? 0) + 1);
      if (!EXPECTED.has(words.code)) this.complaints.push(`${worker.name}, run ${words.id}: ${words.message}`);
      if (waiting !== undefined && task !== undefined && !this.#isElsewhere(task)) setTimeout(() => this.#again(task), PAUSE_MS);
      return;
    }
    if (waiting === undefined) return;
    if ((words.result as { readonly state: string }).state === 'SUSPENDED') {
      if (task !== undefined && !this.#isElsewhere(task)) this.#again(task);
      return;
    }
    this.#waiting.delete(words.id);
    waiting.resolve(words.result);
  }

  #again(task: Task): void {
    if (this.#waiting.has(task.id) && !this.#isElsewhere(task)) this.#assign(task);
  }

  #isElsewhere({ id }: Task): boolean {
    return this.#workers.some(({ runs }) => runs.has(id));
  }

  #exited(worker: Worker, code: number | null): void {
    const place = this.#workers.indexOf(worker);
    if (place >= 0) this.#workers.splice(place, 1);
    if (this.#stopping) return;
    if (worker.leaving) {
      if (code !== 0) this.complaints.push(`${worker.name} did not stop in good order: ${code}`);
    } else {
      if ((place === 0 && this.#params.firstStays) || code !== null) this.complaints.push(`${worker.name} ended by itself with ${code}`);
      this.#start(worker.spec);
    }
    this.#handOver(worker);
  }

  #handOver(worker: Worker): void {
    for (const task of worker.runs.values()) {
      worker.runs.delete(task.id);
      if (!this.#waiting.has(task.id) || this.#isElsewhere(task)) continue;
      this.counts.handovers++;
      this.#assign(task);
    }
  }

  #thaw(worker: Worker): void {
    if (!worker.frozen) return;
    worker.frozen = false;
    worker.child.kill('SIGCONT');
  }
}
