import { randomUUID } from 'node:crypto';
import type { Disk, LeftOut, Sample, Shape, System } from './harness.js';
import type { MeteredPostgres } from './meter.js';
import { type Answer, type Peer, PeerEnded, PeerProcess } from './peer-process.js';
import type { AppendFsync, RunningRedis } from './redis.js';

/** What peers are given. */
export interface Hosting {
  readonly peers: readonly Peer[];
  postgres(disk: Disk): Promise<MeteredPostgres>;
  redis(appendfsync: AppendFsync): Promise<RunningRedis>;
  leaveOut(leftOut: LeftOut): void;
}

/** What takes less is done several times for a sample: a single run of a few milliseconds says little. */
const LEAST_MS = 150;
const MOST_ROUNDS = 20;

/** Keeps a process for each peer, from work to work, and asks it to do what the works ask. */
export class PeerSystems {
  readonly #hosting: Hosting;
  readonly #processes = new Map<string, PeerProcess>();
  readonly #versions = new Set<string>();

  constructor(hosting: Hosting) {
    this.#hosting = hosting;
  }

  /** What was told of versions so far. */
  get versions(): readonly string[] {
    return [...this.#versions];
  }

  /** Those that can do this, ready to do it. */
  async systems(work: string, shape: Shape): Promise<readonly System[]> {
    const systems: System[] = [];
    for (const peer of this.#hosting.peers) {
      const leaveOut = (reason: string): void => this.#hosting.leaveOut({ work, system: peer.name, reason });
      try {
        const opened = await this.#open(peer, shape);
        if (opened.leftOut !== undefined) leaveOut(opened.leftOut);
        else if (opened.same === undefined) systems.push(await this.#system(peer, shape, opened));
      } catch (error) {
        await this.#drop(peer);
        leaveOut(error instanceof Error ? error.message : String(error));
      }
    }
    return systems;
  }

  /** Ends all their processes. */
  async close(): Promise<void> {
    await Promise.all([...this.#processes.values()].map((process) => process.end()));
  }

  async #open(peer: Peer, shape: Shape): Promise<Answer> {
    const opened = await this.#process(peer).ask({ order: 'open', form: peer.form, shape, ...(await this.#places(peer, shape)) });
    if (opened.versions !== undefined) this.#versions.add(opened.versions.join(', '));
    return opened;
  }

  async #places({ name, redis }: Peer, shape: Shape): Promise<Readonly<Record<string, unknown>>> {
    if (shape.kind === 'memory') return {};
    if (redis === undefined) return { url: await this.#database(name, shape) };
    const missing = (error: unknown) => ({ missing: error instanceof Error ? error.message : String(error) });
    return { redis: await this.#hosting.redis(redis).then(({ url }) => ({ url }), missing) };
  }

  /** Of its own, so that nothing it does while others are measured is counted as theirs. */
  async #database(name: string, shape: Exclude<Shape, { kind: 'memory' }>): Promise<string> {
    const server = await this.#hosting.postgres(shape.kind === 'resume' ? 'as found' : shape.disk);
    return server.database(name);
  }

  #process(peer: Peer): PeerProcess {
    const process = this.#processes.get(peer.name) ?? new PeerProcess(peer);
    this.#processes.set(peer.name, process);
    return process;
  }

  /** Who fails is not asked again: the next work finds a new process. */
  async #dropping<Result>(peer: Peer, work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      await this.#drop(peer);
      throw error;
    }
  }

  async #drop({ name }: Peer): Promise<void> {
    const process = this.#processes.get(name);
    this.#processes.delete(name);
    await process?.end();
  }

  async #system(peer: Peer, shape: Shape, { length }: Answer): Promise<System> {
    if (shape.kind === 'resume') return resuming(peer, shape, await this.#database(peer.name, shape));
    const process = this.#process(peer);
    const { units, steps } = expected(shape, length);
    const server = shape.kind === 'memory' ? undefined : await this.#hosting.postgres(shape.disk);
    const take = async (rounds: number): Promise<Sample> => {
      await process.ask({ order: 'wake' });
      const sample = () => process.ask({ order: 'sample', rounds });
      const counted = peer.redis === undefined ? server : undefined;
      const { result, ...counts } = counted === undefined ? { result: await sample() } : await counted.counted(sample, peer.name);
      const { ms = Number.NaN, calls, latenciesUs = [] } = result;
      const { durable } = await process.ask({ order: 'verify' });
      await process.ask({ order: 'rest' });
      const wanted = rounds * steps;
      if (calls !== wanted) throw new Error(`refused: ${wanted} steps were to be called, and ${calls} were`);
      if (server !== undefined && durable !== wanted) throw new Error(`refused: ${wanted} steps were to be stored, and ${durable} are`);
      const latency = shape.kind === 'sequential' ? { latenciesUs } : {};
      return { units: rounds * units, ms, ...latency, ...('statements' in counts ? { counts } : {}) };
    };
    let rounds: number | undefined;
    return {
      name: peer.name,
      peer: true,
      sample: () =>
        this.#dropping(peer, async () => {
          if (rounds !== undefined) return await take(rounds);
          const first = await take(1);
          rounds = Math.min(MOST_ROUNDS, Math.ceil(LEAST_MS / first.ms));
          return rounds === 1 ? first : await take(rounds);
        }),
      remarks: async () => (length === undefined ? [] : [`measured with flows of ${length} steps: longer ones would take minutes`]),
      close: async () => {
        // One that does not end well is ended; what it had told is not less true.
        if (this.#processes.get(peer.name) === process) await process.ask({ order: 'close' }).catch(() => this.#drop(peer));
      },
    };
  }
}

/** What a sample is divided by, and how many steps it has to call and to leave in the store. */
function expected(
  shape: Exclude<Shape, { kind: 'resume' }>,
  length: number | undefined,
): { readonly units: number; readonly steps: number } {
  const all = (steps: number) => ({ units: steps, steps });
  switch (shape.kind) {
    case 'sequential':
      return all(shape.flows * (length ?? shape.length));
    case 'fanout':
      return all(shape.width);
    case 'memory':
      return all(shape.length);
    case 'saga':
      return { units: 1, steps: 2 * shape.done + 1 };
  }
}

/** Two processes: one is killed in a step, the other does the rest. */
function resuming(peer: Peer, shape: Extract<Shape, { kind: 'resume' }>, url: string): System {
  const repeated = new Set<number>();
  return {
    name: peer.name,
    peer: true,
    async sample(): Promise<Sample> {
      const how = { order: 'resume', id: randomUUID(), url, shape } as const;
      const killed = new PeerProcess(peer);
      const end = await killed.ask({ ...how, phase: 'start' }).then(
        () => new Error('it came to its end'),
        (error: unknown) => error,
      );
      await killed.end();
      if (!(end instanceof PeerEnded && end.signal === 'SIGKILL')) throw end;
      const next = new PeerProcess(peer);
      try {
        const { ms = Number.NaN, called = Number.NaN } = await next.ask({ ...how, phase: 'resume' });
        if (called < shape.length - shape.killedIn) throw new Error(`refused: only ${called} steps were called`);
        repeated.add(called - (shape.length - shape.killedIn));
        return { units: 1, ms };
      } finally {
        await next.end();
      }
    },
    remarks: async () => [`steps repeated: ${[...repeated].join(', ')}`],
  };
}
