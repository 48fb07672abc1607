import { randomUUID } from 'node:crypto';
import { type Answer, type Guest, GuestProcess } from './guests.js';
import type { Disk, LeftOut, Sample, Shape, System } from './harness.js';
import type { MeteredPostgres } from './meter.js';
import type { AppendFsync, RunningRedis } from './redis.js';

/** What guests are given. */
export interface Hosting {
  readonly guests: readonly Guest[];
  postgres(disk: Disk): Promise<MeteredPostgres>;
  redis(appendfsync: AppendFsync): Promise<RunningRedis>;
  leaveOut(leftOut: LeftOut): void;
}

/** Keeps a process for each guest, from work to work, and asks it to do what the works ask. */
export class GuestSystems {
  readonly #hosting: Hosting;
  readonly #processes = new Map<string, GuestProcess>();
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
    for (const guest of this.#hosting.guests) {
      const leaveOut = (reason: string): void => this.#hosting.leaveOut({ work, system: guest.name, reason });
      try {
        const opened = await this.#open(guest, shape);
        if (opened.leftOut !== undefined) leaveOut(opened.leftOut);
        else if (opened.same === undefined) systems.push(await this.#system(guest, shape, opened));
      } catch (error) {
        await this.#drop(guest);
        leaveOut(error instanceof Error ? error.message : String(error));
      }
    }
    return systems;
  }

  /** Ends all their processes. */
  async close(): Promise<void> {
    await Promise.all([...this.#processes.values()].map((process) => process.end()));
  }

  async #open(guest: Guest, shape: Shape): Promise<Answer> {
    const opened = await this.#process(guest).ask({ order: 'open', form: guest.form, shape, ...(await this.#places(guest, shape)) });
    if (opened.versions !== undefined) this.#versions.add(opened.versions.join(', '));
    return opened;
  }

  async #places({ name, redis }: Guest, shape: Shape): Promise<Readonly<Record<string, unknown>>> {
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

  #process(guest: Guest): GuestProcess {
    const process = this.#processes.get(guest.name) ?? new GuestProcess(guest);
    this.#processes.set(guest.name, process);
    return process;
  }

  /** Who fails is not asked again: the next work finds a new process. */
  async #dropping<Result>(guest: Guest, work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      await this.#drop(guest);
      throw error;
    }
  }

  async #drop({ name }: Guest): Promise<void> {
    const process = this.#processes.get(name);
    this.#processes.delete(name);
    await process?.end();
  }

  async #system(guest: Guest, shape: Shape, { length }: Answer): Promise<System> {
    if (shape.kind === 'resume') return resuming(guest, shape, await this.#database(guest.name, shape));
    const process = this.#process(guest);
    const { units, steps } = expected(shape, length);
    const server = shape.kind === 'memory' ? undefined : await this.#hosting.postgres(shape.disk);
    return {
      name: guest.name,
      guest: true,
      sample: () =>
        this.#dropping(guest, async () => {
          await process.ask({ order: 'wake' });
          const counted = guest.redis === undefined ? server : undefined;
          const take = () => process.ask({ order: 'sample' });
          const { result: answer, ...counts } = counted === undefined ? { result: await take() } : await counted.counted(take, guest.name);
          const { durable } = await process.ask({ order: 'verify' });
          await process.ask({ order: 'rest' });
          if (answer.calls !== steps) throw new Error(`refused: ${steps} steps were to be called, and ${answer.calls} were`);
          if (server !== undefined && durable !== steps) throw new Error(`refused: ${steps} steps were to be stored, and ${durable} are`);
          const laps = shape.kind === 'sequential' ? { lapsUs: answer.lapsUs ?? [] } : {};
          return { units, ms: answer.ms ?? Number.NaN, ...laps, ...('statements' in counts ? { counts } : {}) };
        }),
      remarks: async () => (length === undefined ? [] : [`measured with flows of ${length} steps: longer ones would take minutes`]),
      close: async () => {
        if (this.#processes.get(guest.name) === process) await this.#dropping(guest, () => process.ask({ order: 'close' }));
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
function resuming(guest: Guest, shape: Extract<Shape, { kind: 'resume' }>, url: string): System {
  const repeated = new Set<number>();
  return {
    name: guest.name,
    guest: true,
    async sample(): Promise<Sample> {
      const how = { order: 'resume', id: randomUUID(), url, shape } as const;
      const killed = new GuestProcess(guest);
      const failed = await killed.ask({ ...how, phase: 'start' }).then(
        () => 'it came to its end',
        (error: Error) => error.message,
      );
      if ((await killed.ended()) !== 'SIGKILL') throw new Error(`it was not killed: ${failed}`);
      const next = new GuestProcess(guest);
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
