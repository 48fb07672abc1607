import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Order, Said, Setting } from './engine-process.js';
import type { MemorySample } from './memory.js';
import type { Random } from './random.js';

/** A run that somebody is to bring to its end. */
export interface Task {
  readonly id: string;
  readonly flow: string;
  readonly n: number;
}

export interface CrewParams {
  /** The bundled `engine-process.ts`. */
  readonly program: string;
  readonly setting: Omit<Setting, 'effects'>;
  /** Where each engine leaves its effects. */
  readonly directory: string;
  readonly size: number;
  readonly random: Random;
}

interface Member {
  readonly name: string;
  readonly child: ChildProcess;
  readonly runs: Map<string, Task>;
  frozen: boolean;
}

/** What an engine says of a run that another one has, or whose store is away: the run is told to somebody else. */
const EXPECTED: ReadonlySet<string> = new Set(['STALE_RUN', 'STORE_UNREACHABLE', 'RUN_OWNED', 'APP_STOPPED', 'RUN_NOT_FOUND']);
const PAUSE_MS = 200;

/** The engine processes of a soak: each run is somebody's until it has ended, whoever dies. The first of them is never killed. */
export class Crew {
  readonly counts = { kills: 0, freezes: 0, suspensions: 0, handovers: 0 };
  /** How often engines gave a run up, by code. */
  readonly given = new Map<string, number>();
  readonly memory: MemorySample[] = [];
  readonly complaints: string[] = [];
  readonly #params: CrewParams;
  readonly #members: Member[] = [];
  readonly #waiting = new Map<string, { readonly task: Task; readonly resolve: (result: unknown) => void }>();
  readonly #homeless: Task[] = [];
  readonly #startedMs = performance.now();
  #made = 0;
  #stopping = false;

  constructor(params: CrewParams) {
    this.#params = params;
    for (let index = 0; index < params.size; index++) this.#hire();
  }

  get effectFiles(): readonly string[] {
    return Array.from({ length: this.#made }, (_, index) => this.#effectsOf(`engine-${index}`));
  }

  get open(): readonly Task[] {
    return [...this.#waiting.values()].map(({ task }) => task);
  }

  /** Resolves with what the run ended with. */
  run(task: Task): Promise<unknown> {
    return new Promise((resolve) => {
      this.#waiting.set(task.id, { task, resolve });
      this.#give(task);
    });
  }

  /** SIGKILL for one that is not the first; another one takes its place and its runs. */
  kill(): void {
    const victim = this.#params.random.of(this.#members.slice(1));
    if (victim === undefined) return;
    this.counts.kills++;
    victim.child.kill('SIGKILL');
  }

  /** SIGSTOP, and SIGCONT later; sometimes others are told of its runs meanwhile. */
  freeze(ms: number): void {
    const { random } = this.#params;
    const victim = random.of(this.#members.filter(({ frozen }) => !frozen));
    const tells = random.next() < 0.8;
    if (victim === undefined || this.#members.every((one) => one === victim || one.frozen)) return;
    this.counts.freezes++;
    victim.frozen = true;
    victim.child.kill('SIGSTOP');
    if (tells) this.#handOver(victim);
    setTimeout(() => this.#thaw(victim), ms);
  }

  /** Lets somebody suspend a run through its inbox: who hears SUSPENDED goes on with it. */
  suspend(): void {
    const task = this.#params.random.of(this.open);
    const member = this.#params.random.of(this.#members);
    if (task === undefined || member === undefined) return;
    this.counts.suspensions++;
    this.#tell(member, { do: 'suspend', id: task.id });
  }

  /** Asks the first one how much memory it has after a collection. */
  measure(): void {
    const [first] = this.#members;
    if (first !== undefined && !first.frozen) this.#tell(first, { do: 'measure' });
  }

  thawAll(): void {
    for (const member of this.#members) this.#thaw(member);
  }

  /** Lets all end in good order. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.thawAll();
    const exits = this.#members.map(async ({ child, name }) => {
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

  #hire(): void {
    const { program, setting } = this.#params;
    const name = `engine-${this.#made++}`;
    const words = JSON.stringify({ ...setting, effects: this.#effectsOf(name) } satisfies Setting);
    const child = spawn(process.execPath, ['--expose-gc', program, words], { stdio: ['pipe', 'pipe', 'inherit'] });
    const member: Member = { name, child, runs: new Map(), frozen: false };
    child.stdin?.on('error', () => undefined);
    if (child.stdout !== null) createInterface({ input: child.stdout }).on('line', (line) => this.#hear(member, JSON.parse(line) as Said));
    child.once('exit', (code) => this.#lost(member, code));
    // The first place is that of the one who stays.
    this.#members.push(member);
    for (const task of this.#homeless.splice(0)) this.#give(task);
  }

  #effectsOf(name: string): string {
    return join(this.#params.directory, `${name}.effects`);
  }

  #give(task: Task): void {
    const awake = this.#members.filter(({ frozen }) => !frozen);
    const member = this.#params.random.of(awake.length > 0 ? awake : this.#members);
    if (member === undefined) return void this.#homeless.push(task);
    member.runs.set(task.id, task);
    this.#tell(member, { do: 'run', ...task });
  }

  #tell(member: Member, order: Order): void {
    member.child.stdin?.write(`${JSON.stringify(order)}\n`);
  }

  #hear(member: Member, words: Said): void {
    if (words.said === 'memory') {
      const { heapBytes, rssBytes } = words;
      this.memory.push({ atMs: performance.now() - this.#startedMs, heapBytes, rssBytes });
    }
    if (words.said !== 'ended' && words.said !== 'failed') return;
    const task = member.runs.get(words.id);
    member.runs.delete(words.id);
    const waiting = this.#waiting.get(words.id);
    if (words.said === 'failed') {
      this.given.set(words.code, (this.given.get(words.code) ?? 0) + 1);
      if (!EXPECTED.has(words.code)) this.complaints.push(`${member.name}, run ${words.id}: ${words.message}`);
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
    if (this.#waiting.has(task.id) && !this.#isElsewhere(task)) this.#give(task);
  }

  #isElsewhere({ id }: Task): boolean {
    return this.#members.some(({ runs }) => runs.has(id));
  }

  #lost(member: Member, code: number | null): void {
    const place = this.#members.indexOf(member);
    if (place >= 0) this.#members.splice(place, 1);
    if (this.#stopping) return;
    if (place === 0 || code !== null) this.complaints.push(`${member.name} ended by itself with ${code}`);
    this.#hire();
    this.#handOver(member);
  }

  #handOver(member: Member): void {
    for (const task of member.runs.values()) {
      member.runs.delete(task.id);
      if (!this.#waiting.has(task.id) || this.#isElsewhere(task)) continue;
      this.counts.handovers++;
      this.#give(task);
    }
  }

  #thaw(member: Member): void {
    if (!member.frozen) return;
    member.frozen = false;
    member.child.kill('SIGCONT');
  }
}
