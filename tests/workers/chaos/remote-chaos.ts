import { setTimeout as pause } from 'node:timers/promises';
import type { ChaosSaid } from '../../fixtures/places/chaos-engine.js';
import type { ChaosEnd, ChaosKind } from '../../places/chaos.js';
import type { Random } from '../../soak/random.js';
import { type BlackHole, startBlackHole } from '../../support/black-hole.js';
import { Member } from './member.js';

export interface RemoteChaosParams {
  readonly engineProgram: string;
  readonly workerProgram: string;
  readonly database: string;
  readonly broker: { readonly url: string; readonly host: string; readonly port: number; kill(): Promise<void>; restart(): Promise<void> };
  readonly prefix: string;
  /** Where calls leave their lines. */
  readonly effects: string;
  readonly random: Random;
  readonly inputs: number;
  readonly forMs: number;
  /** How many runs are under way at once. */
  readonly runs: number;
  readonly drainMs: number;
  /** How often something happens; without it nothing does. */
  readonly everyMs?: number;
  readonly brokerRestarts?: number;
  readonly mutant?: 'twice';
}

export interface RemoteChaosStory {
  readonly ended: readonly ChaosEnd[];
  readonly harm: Readonly<Record<Harm | 'broker', number>>;
  /** Calls that may have been in flight where harm was done, all added up. */
  readonly inFlight: number;
  /** Those of them whose workers or messages were out of sight, and may have come later: frozen, cut off, or with a broker that was killed. */
  readonly outOfSight: number;
  readonly queue: string;
  readonly complaints: readonly string[];
}

type Harm = 'worker-killed' | 'worker-frozen' | 'engine-killed' | 'engine-frozen' | 'cut';
const HARMS: readonly Harm[] = ['worker-killed', 'worker-killed', 'worker-frozen', 'engine-killed', 'engine-frozen', 'cut'];
const WORKERS = 4;
const ENGINES = 2;
/** As many calls a worker makes at once, and of a run are in flight at most. */
const AT_ONCE = 4;

type WorkerSaid = { readonly said: 'ready'; readonly queue: string };
type Engine = Member<ChaosSaid>;

interface Open {
  readonly kind: ChaosKind;
  engine: Engine;
  readonly resolve: () => void;
}

/** Runs of two engines by four workers, all of which are killed, frozen and cut off at random, with their broker. */
export class RemoteChaos {
  readonly #params: RemoteChaosParams;
  readonly #open = new Map<string, Open>();
  readonly #ended: ChaosEnd[] = [];
  readonly #complaints: string[] = [];
  readonly #harm = { 'worker-killed': 0, 'worker-frozen': 0, 'engine-killed': 0, 'engine-frozen': 0, cut: 0, broker: 0 };
  readonly #holes: BlackHole[] = [];
  #engines: readonly Engine[] = [];
  #workers: readonly Member<WorkerSaid>[] = [];
  #queue = '';
  #inFlight = 0;
  #outOfSight = 0;
  #isOver = false;
  #begun = 0;

  constructor(params: RemoteChaosParams) {
    this.#params = params;
  }

  async play(): Promise<RemoteChaosStory> {
    const { forMs, runs, drainMs } = this.#params;
    await this.#begin();
    const walkers = Array.from({ length: runs }, () => this.#walk());
    const harm = [this.#doHarm(), this.#restartBroker()];
    await pause(forMs);
    this.#isOver = true;
    await Promise.all(harm);
    for (const hole of this.#holes) hole.heal();
    for (const member of [...this.#engines, ...this.#workers]) member.thaw();
    const late = new AbortController();
    const all = await Promise.race([Promise.all(walkers), pause(drainMs, undefined, { signal: late.signal })]);
    late.abort();
    if (all === undefined) for (const id of this.#open.keys()) this.#complaints.push(`${id} has not ended after ${drainMs} ms of peace`);
    for (const member of [...this.#engines, ...this.#workers])
      if (!(await member.stop())) this.#complaints.push(`${member.name} did not stop in good order`);
    for (const hole of this.#holes) await hole.close();
    return {
      ...{ ended: this.#ended, harm: this.#harm, inFlight: this.#inFlight, outOfSight: this.#outOfSight, queue: this.#queue },
      complaints: this.#complaints,
    };
  }

  /** The first worker and the first engine reach the broker by ways that can be cut. */
  async #begin(): Promise<void> {
    const { broker, database, prefix, effects, mutant = '', engineProgram, workerProgram } = this.#params;
    for (const _ of [0, 1]) this.#holes.push(await startBlackHole(broker.port, broker.host));
    const [forEngine, forWorker] = this.#holes.map(({ port }) => broker.url.replace(`:${broker.port}`, `:${port}`));
    const common = { env: { CHAOS_EFFECTS: effects }, failed: (why: string) => void this.#complaints.push(why) };
    this.#engines = Array.from({ length: ENGINES }, (_, at): Engine => {
      const args = [database, at === 0 ? (forEngine ?? '') : broker.url, prefix];
      const engine: Engine = new Member({
        ...{ ...common, name: `engine ${at}`, program: engineProgram, args },
        heard: (words: ChaosSaid) => this.#hear(engine, words),
      });
      return engine;
    });
    this.#workers = Array.from({ length: WORKERS }, (_, at) => {
      const args = [at === 0 ? (forWorker ?? '') : broker.url, prefix, mutant];
      const heard = ({ queue }: WorkerSaid): void => {
        this.#queue = queue;
      };
      return new Member<WorkerSaid>({ ...common, name: `worker ${at}`, program: workerProgram, args, heard });
    });
    for (const member of [...this.#engines, ...this.#workers]) member.start();
  }

  async #walk(): Promise<void> {
    const { random, inputs } = this.#params;
    while (!this.#isOver) {
      const kind: ChaosKind = { flow: random.next() < 0.6 ? 'kept' : 'undone', n: Math.floor(random.next() * inputs) };
      const id = `${this.#params.prefix}-${this.#begun++}`;
      await new Promise<void>((resolve) => {
        this.#open.set(id, { kind, engine: random.of(this.#engines) as Engine, resolve });
        this.#order(id);
      });
    }
  }

  #order(id: string): void {
    const open = this.#open.get(id);
    open?.engine.order({ do: 'run', id, ...open.kind });
  }

  #hear(engine: Engine, words: ChaosSaid): void {
    if (words.said === 'ready') {
      for (const [id, open] of this.#open) if (open.engine === engine) this.#order(id);
      return;
    }
    const { id } = words;
    const open = this.#open.get(id);
    if (open === undefined) return;
    if (words.said === 'failed') {
      // An engine that stood still has lost its runs: it hears of it when it goes on.
      if (!words.message.startsWith('STALE_RUN')) this.#complaints.push(`${id}, by ${engine.name}: ${words.message}`);
      if (open.engine === engine) setTimeout(() => this.#order(id), 300);
      return;
    }
    this.#open.delete(id);
    this.#ended.push({ id, ...open.kind, result: words.result, calls: words.calls });
    open.resolve();
  }

  async #doHarm(): Promise<void> {
    const { everyMs, random } = this.#params;
    if (everyMs === undefined) return;
    while (!this.#isOver) {
      await pause(everyMs);
      const kind = random.of(HARMS) as Harm;
      const able = kind.startsWith('engine') ? this.#engines : this.#workers;
      const victim = random.of(able.filter(({ isThere }) => isThere));
      const before = this.#inFlight;
      if (kind === 'cut') this.#cut(random.of(this.#holes) as BlackHole);
      else if (victim === undefined) continue;
      else if (kind.startsWith('engine')) this.#leave(victim as Engine);
      else this.#inFlight += AT_ONCE;
      if (!kind.endsWith('killed')) this.#outOfSight += this.#inFlight - before;
      this.#harm[kind]++;
      if (kind.endsWith('killed')) await victim?.kill();
      else if (kind.endsWith('frozen')) victim?.freeze(random.between(3_000, 6_000));
    }
  }

  #cut(hole: BlackHole): void {
    const isEngine = hole === this.#holes[0];
    this.#inFlight += isEngine ? WORKERS * AT_ONCE : AT_ONCE;
    hole.cut();
    setTimeout(() => hole.heal(), this.#params.random.between(2_000, 5_000));
  }

  /** Its runs go on elsewhere. */
  #leave(engine: Engine): void {
    const other = this.#engines.find((one) => one !== engine) as Engine;
    const own = [...this.#open].filter(([, open]) => open.engine === engine);
    // Workers make so many of its calls, and of each run one is made where its engine is.
    this.#inFlight += Math.min(AT_ONCE * own.length, AT_ONCE * WORKERS + own.length);
    for (const [id, open] of own) {
      open.engine = other;
      this.#order(id);
    }
  }

  async #restartBroker(): Promise<void> {
    const { brokerRestarts = 0, forMs, broker } = this.#params;
    for (let count = 0; count < brokerRestarts; count++) {
      await pause(forMs / (brokerRestarts + 1));
      this.#harm.broker++;
      this.#inFlight += WORKERS * AT_ONCE;
      this.#outOfSight += WORKERS * AT_ONCE;
      await broker.kill();
      await broker.restart();
    }
  }
}
