import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { ChaosCalls, ChaosOrder, ChaosSaid } from '../fixtures/places/chaos-engine.js';
import type { CHAOS_FLOWS } from '../fixtures/places/chaos-tasks.js';
import type { Random } from '../soak/random.js';
import { childrenOf, isAlive } from './processes-of.js';

export interface ChaosParams {
  /** The bundled program, and the module of its places. */
  readonly engine: URL;
  readonly module: URL;
  readonly database: string;
  /** Where calls leave their lines, and threads that die a dot. */
  readonly effects: string;
  readonly deaths: string;
  readonly random: Random;
  /** How long new runs are begun, how many at once, and how long what is under way then has to end. */
  readonly forMs: number;
  readonly runs: number;
  readonly drainMs: number;
  readonly engineEveryMs: number;
  readonly placeEveryMs: number;
  /** How many inputs there are. */
  readonly inputs: number;
}

export interface ChaosKind {
  readonly flow: keyof typeof CHAOS_FLOWS;
  readonly n: number;
}

export interface ChaosEnd extends ChaosKind {
  readonly id: string;
  readonly result: unknown;
  readonly calls: readonly ChaosCalls[];
}

export interface ChaosStory {
  readonly ended: readonly ChaosEnd[];
  readonly killedEngines: number;
  readonly killedPlaces: number;
  /** How long the places of a killed engine were there after it, at most; in milliseconds. */
  readonly longestOrphanMs: number;
  readonly complaints: readonly string[];
}

/** An orphan is looked for so long, and is told of when it is still there. */
const ORPHAN_MS = 10_000;

/** Runs in an app whose places are killed at random, and that is killed itself, until time is over and all have ended. */
export class Chaos {
  readonly #params: ChaosParams;
  readonly #open = new Map<string, { readonly kind: ChaosKind; readonly resolve: () => void }>();
  readonly #ended: ChaosEnd[] = [];
  readonly #complaints: string[] = [];
  #engine: ChildProcess | undefined;
  #isReady = false;
  #isOver = false;
  #begun = 0;
  #killedEngines = 0;
  #killedPlaces = 0;
  #longestOrphanMs = 0;

  constructor(params: ChaosParams) {
    this.#params = params;
  }

  async play(): Promise<ChaosStory> {
    const { forMs, runs, drainMs } = this.#params;
    this.#start();
    const walkers = Array.from({ length: runs }, () => this.#walk());
    const harm = [
      this.#each(this.#params.engineEveryMs, () => this.#killEngine()),
      this.#each(this.#params.placeEveryMs, () => this.#killPlace()),
    ];
    await pause(forMs);
    this.#isOver = true;
    await Promise.all(harm);
    const all = await Promise.race([Promise.all(walkers), pause(drainMs, undefined, { ref: false })]);
    if (all === undefined)
      for (const id of this.#open.keys()) this.#complaints.push(`${id} has not ended ${drainMs} ms after the last kill`);
    await this.#stop();
    return {
      ended: this.#ended,
      killedEngines: this.#killedEngines,
      killedPlaces: this.#killedPlaces,
      longestOrphanMs: this.#longestOrphanMs,
      complaints: this.#complaints,
    };
  }

  async #walk(): Promise<void> {
    const { random, inputs } = this.#params;
    while (!this.#isOver) {
      const kind: ChaosKind = { flow: random.next() < 0.6 ? 'kept' : 'undone', n: Math.floor(random.next() * inputs) };
      const id = `run-${this.#begun++}`;
      await new Promise<void>((resolve) => {
        this.#open.set(id, { kind, resolve });
        if (this.#isReady) this.#order({ do: 'run', id, ...kind });
      });
    }
  }

  /** Again and again, each time after as long as chance says, until it is over. */
  async #each(everyMs: number, harm: () => Promise<void>): Promise<void> {
    for (;;) {
      const untilMs = performance.now() + everyMs * this.#params.random.between(0.8, 1.2);
      while (performance.now() < untilMs && !this.#isOver) await pause(20);
      if (this.#isOver) return;
      await harm();
    }
  }

  #start(): void {
    const { engine, module, database, effects, deaths } = this.#params;
    const env = { ...process.env, CHAOS_EFFECTS: effects, CHAOS_DEATHS: deaths };
    const child = spawn(process.execPath, [fileURLToPath(engine), database, module.href], { stdio: ['pipe', 'pipe', 'inherit'], env });
    this.#engine = child;
    this.#isReady = false;
    child.stdin.on('error', () => undefined);
    createInterface({ input: child.stdout }).on('line', (line) => this.#hear(JSON.parse(line) as ChaosSaid));
    child.once('exit', (code) => {
      if (child !== this.#engine || code === null || this.#isOver) return;
      this.#complaints.push(`the engine ended by itself with ${code}`);
      this.#start();
    });
  }

  #hear(words: ChaosSaid): void {
    if (words.said === 'ready') {
      this.#isReady = true;
      for (const [id, { kind }] of this.#open) this.#order({ do: 'run', id, ...kind });
      return;
    }
    const { id } = words;
    const open = this.#open.get(id);
    if (words.said === 'failed') this.#complaints.push(`${id}: ${words.message}`);
    if (open === undefined) return;
    this.#open.delete(id);
    if (words.said === 'ended') this.#ended.push({ id, ...open.kind, result: words.result, calls: words.calls });
    open.resolve();
  }

  #order(order: ChaosOrder): void {
    this.#engine?.stdin?.write(`${JSON.stringify(order)}\n`);
  }

  async #killPlace(): Promise<void> {
    const places = this.#isReady ? childrenOf(this.#engine?.pid ?? 0) : [];
    const victim = this.#params.random.of(places);
    if (victim === undefined) return;
    this.#killedPlaces++;
    process.kill(victim, 'SIGKILL');
  }

  /** Another one goes on with its runs when all of it is gone. */
  async #killEngine(): Promise<void> {
    const engine = this.#engine;
    if (engine?.pid === undefined || !this.#isReady) return;
    const places = childrenOf(engine.pid);
    this.#engine = undefined;
    this.#killedEngines++;
    engine.kill('SIGKILL');
    await once(engine, 'exit');
    await this.#gone(places);
    this.#start();
  }

  async #gone(places: readonly number[]): Promise<void> {
    const sinceMs = performance.now();
    while (places.some(isAlive) && performance.now() - sinceMs < ORPHAN_MS) await pause(5);
    this.#longestOrphanMs = Math.max(this.#longestOrphanMs, performance.now() - sinceMs);
    const left = places.filter(isAlive);
    if (left.length > 0) this.#complaints.push(`places are there ${ORPHAN_MS} ms after their engine: ${left.join(', ')}`);
  }

  async #stop(): Promise<void> {
    const engine = this.#engine;
    if (engine?.pid === undefined) return;
    const places = childrenOf(engine.pid);
    const exited = once(engine, 'exit');
    this.#order({ do: 'stop' });
    const late = setTimeout(() => engine.kill('SIGKILL'), 60_000);
    const [code] = (await exited) as [number | null];
    clearTimeout(late);
    if (code !== 0) this.#complaints.push(`the last engine did not stop in good order: ${code}`);
    const left = places.filter(isAlive);
    if (left.length > 0) this.#complaints.push(`places are there after their app has stopped: ${left.join(', ')}`);
  }
}
