import type { Executor, ExecutorChoice } from '../../calls/index.js';
import { atMost, systemClock } from '../../model/clock.js';
import { jsonCodec } from '../../model/codec/json-codec.js';
import { randomIds } from '../../model/ids.js';
import { inWords } from '../../model/in-words.js';
import { inlineExecutor, manifestOfTask, type TaskSet } from '../../places/index.js';
import type { Stop, Transport, TransportConnection } from '../../transport/index.js';
import { checkTransport } from '../remote/remote.js';
import type { WorkerOffer } from '../wire/messages.js';
import { inboxOf, topicOf, workQueue, workQueueName } from '../wire/names.js';
import { Sender } from '../wire/sender.js';
import { WorkLoop } from './work-loop.js';

export interface WorkerOptions {
  /** What carries calls and answers: the same as that of the engines. */
  readonly transport: Transport;
  /** How many calls it makes at once. Default: 16, or as many as `on` has threads or processes. */
  readonly concurrency?: number;
  /** Makes the calls elsewhere on this machine: `threads(module)` or `processes(module)` of the same task set. Default: in this thread. */
  readonly on?: ExecutorChoice<unknown>;
}

/** What a worker does at the moment. */
export interface WorkerState {
  readonly state: 'idle' | 'running' | 'stopping' | 'stopped';
  /** By which engines name it. */
  readonly id: string;
  /** That of its task set. */
  readonly queue: string;
  /** Calls that it makes now. */
  readonly inHand: number;
  /** Calls that have ended here. */
  readonly made: number;
  /** Messages that can't be used: they lie in the dead ones of the transport. */
  readonly refused: number;
}

export interface StopWorkerOptions {
  /** How long calls under way may take to end, in milliseconds. Then they are told to, and after as long again ended by force. Default: 10,000. */
  readonly graceMs?: number;
}

/** Makes calls for engines on other machines. */
export interface Worker {
  /** Connects, and begins to take calls. Rejects with `TransportError`, or `TaskSetMismatchError` where its services can't be made. */
  start(): Promise<void>;
  /** Takes nothing more, waits for what is under way, and disconnects. Calls that don't end are made again by other workers. */
  stop(options?: StopWorkerOptions): Promise<void>;
  state(): WorkerState;
  [Symbol.asyncDispose](): Promise<void>;
}

const CONCURRENCY = 16;
const GRACE_MS = 10_000;
/** How long it is waited for each of the last things that it does. */
const LAST_WORDS_MS = 3_000;
/** How often it says that it lives. */
const ALIVE_MS = 1_000;

/**
 * A process that makes calls of the tasks of a set for engines on other machines, and of nothing else: the set is the list of what may be
 * called. It has no journal and no store, and may end at any time.
 *
 * @throws TypeError, RangeError when something is no task set, or an option makes no sense
 *
 * @example
 * ```ts
 * import { defineTask, taskSet } from 'flowproof';
 * import { memoryTransport } from 'flowproof/testing';
 * import { worker } from 'flowproof/workers';
 * const hello = defineTask({ name: 'hello', provides: ['said'], execute: async () => ({ said: 'hello' }) });
 * const one = worker(taskSet({ tasks: [hello] }), { transport: memoryTransport(), concurrency: 4 });
 * await one.start();
 * await one.stop();
 * ```
 */
export function worker<Services>(tasks: TaskSet<Services>, options: WorkerOptions): Worker {
  const { transport, on, concurrency } = options ?? {};
  const definition = (tasks as Partial<TaskSet<Services>> | undefined)?.['~flowproof']?.definition;
  if (definition === undefined) throw new TypeError(`worker() is given ${inWords(tasks)}: give what taskSet({ tasks: […] }) made`);
  checkTransport('worker', transport);
  if (on !== undefined && typeof on?.make !== 'function')
    throw new TypeError(`worker({ on }) is ${inWords(on)}: give threads(…) or processes(…)`);
  if (concurrency !== undefined && !(Number.isInteger(concurrency) && concurrency >= 1))
    throw new RangeError(`worker({ concurrency: ${inWords(concurrency)} }): give a whole number of at least 1`);
  return new RunningWorker(definition, { ...options, transport });
}

type Definition = TaskSet<unknown>['~flowproof']['definition'];

class RunningWorker implements Worker {
  readonly #definition: Definition;
  readonly #transport: Transport;
  readonly #executor: Executor;
  readonly #offer: WorkerOffer;
  #state: WorkerState['state'] = 'idle';
  #connection: TransportConnection | undefined;
  #loop: WorkLoop | undefined;
  #sender: Sender | undefined;
  #stopTaking: Stop = async () => undefined;
  #cancelAlive: () => void = () => undefined;
  #starting: Promise<void> | undefined;
  #stopping: Promise<void> | undefined;

  constructor(definition: Definition, { transport, on, concurrency }: WorkerOptions) {
    const { name, tasks, codec = jsonCodec } = definition;
    this.#definition = definition;
    this.#transport = transport;
    // Engines say when a call is to be ended by force.
    const parts = { clock: systemClock, codec, graceMs: Number.POSITIVE_INFINITY };
    this.#executor = on?.make(parts) ?? inlineExecutor(definition, concurrency ?? CONCURRENCY);
    const manifests = [...tasks.values()].map(manifestOfTask);
    this.#offer = {
      worker: `worker.${randomIds().unique()}`,
      queue: workQueueName(name, manifests),
      concurrency: concurrency ?? this.#executor.slots.limit ?? CONCURRENCY,
      hasCodec: definition.codec !== undefined,
      tasks: manifests,
      startedAtMs: systemClock.nowMs(),
    };
  }

  start(): Promise<void> {
    if (this.#state === 'stopping' || this.#state === 'stopped')
      return Promise.reject(new Error('this worker was stopped: make a new one with worker(…)'));
    this.#starting ??= this.#start();
    this.#starting.catch(() => {
      this.#starting = undefined;
    });
    return this.#starting;
  }

  async stop({ graceMs = GRACE_MS }: StopWorkerOptions = {}): Promise<void> {
    this.#stopping ??= this.#stop(graceMs);
    await this.#stopping;
  }

  state(): WorkerState {
    const { worker: id, queue } = this.#offer;
    const { inHandCount: inHand = 0, madeCount: made = 0, refusedCount: refused = 0 } = this.#loop ?? {};
    return { state: this.#state, id, queue, inHand, made, refused };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #start(): Promise<void> {
    const { worker: id, queue, concurrency } = this.#offer;
    const topic = topicOf(this.#definition.name);
    await this.#executor.open?.([...this.#definition.tasks.values()]);
    const connection = await this.#transport.connect();
    const sender = new Sender(connection, systemClock);
    const loop = new WorkLoop({
      ...{ offer: this.#offer, topic, executor: this.#executor, connection, sender, clock: systemClock },
      codec: this.#definition.codec ?? jsonCodec,
    });
    try {
      await connection.consume(inboxOf(id), { limit: 1_000 }, (delivery) => loop.hear(delivery));
      await connection.subscribe(topic, (message) => loop.listen(message));
      this.#stopTaking = await connection.consume(workQueue(queue), { limit: concurrency }, (delivery) => loop.handle(delivery));
    } catch (error) {
      await connection.close();
      throw error;
    }
    [this.#connection, this.#sender, this.#loop] = [connection, sender, loop];
    if (this.#state !== 'idle') return;
    this.#state = 'running';
    loop.greet();
    this.#beAlive(loop);
  }

  #beAlive(loop: WorkLoop): void {
    loop.beAlive();
    this.#cancelAlive = systemClock.after(ALIVE_MS, () => this.#beAlive(loop));
  }

  async #stop(graceMs: number): Promise<void> {
    this.#state = 'stopping';
    await this.#starting?.catch(() => undefined);
    await this.#stopTaking();
    await this.#loop?.leave(graceMs);
    this.#cancelAlive();
    await atMost(systemClock, LAST_WORDS_MS, this.#sender?.flush() ?? Promise.resolve());
    this.#sender?.close();
    // A broker that is out of reach, or services that never close, keep nobody from ending.
    await atMost(systemClock, LAST_WORDS_MS, this.#connection?.close() ?? Promise.resolve());
    await atMost(systemClock, LAST_WORDS_MS, (async () => this.#executor.close?.())());
    this.#state = 'stopped';
  }
}
