import { type CallEnd, checkedEnd, type Executor } from '../../calls/index.js';
import { atMost, type Clock } from '../../model/clock.js';
import type { Codec } from '../../model/codec/codec.js';
import { type Failure, statedFailure, toFailure } from '../../model/failure.js';
import { differencesOfTask, type TaskManifest } from '../../places/index.js';
import type { Delivery, Handled, Message, TransportConnection } from '../../transport/index.js';
import { opened } from '../wire/envelope.js';
import type { CallMessage, CallName, SoughtWork, WorkerOffer } from '../wire/messages.js';
import { inboxOf } from '../wire/names.js';
import type { Sender } from '../wire/sender.js';
import { BoundedMap } from './bounded-map.js';
import { CallsInHand, type InHand, keyOf } from './calls-in-hand.js';
import { Remembered } from './remembered.js';
import { type EngineLink, TakenCall } from './taken-call.js';

/** A call that takes longer is not the broker's any more: engines that hear nothing of its worker have it made again. */
const HELD_MS = 600_000;
/** Of calls that nobody wants, or that others ask for, so many are remembered: their messages may still come. */
const MOST_WITHDRAWN = 10_000;

export interface LoopParts {
  readonly offer: WorkerOffer;
  readonly topic: string;
  readonly executor: Executor;
  readonly codec: Codec;
  readonly clock: Clock;
  readonly connection: TransportConnection;
  readonly sender: Sender;
}

/** What a worker does with what it takes. */
export class WorkLoop implements EngineLink {
  readonly #parts: LoopParts;
  readonly #tasks: ReadonlySet<string>;
  readonly #inHand = new CallsInHand();
  readonly #remembered: Remembered;
  /** Calls that nobody wants, which may still come. */
  readonly #withdrawn = new BoundedMap<true>(MOST_WITHDRAWN);
  /** Fences of pieces of work that engines have asked for: those before them are gone, and what they gave is not to be begun any more. */
  readonly #fences = new BoundedMap<number>(MOST_WITHDRAWN);
  /** The worker ends: what is aborted now is lost, and not interrupted. */
  #isLeaving = false;
  madeCount = 0;
  refusedCount = 0;

  constructor(parts: LoopParts) {
    this.#parts = parts;
    this.#tasks = new Set(parts.offer.tasks.map(({ name }) => name));
    this.#remembered = new Remembered(parts.clock);
  }

  get inHandCount(): number {
    return this.#inHand.size;
  }

  /** A call from the queue of the task set. */
  async handle(delivery: Delivery): Promise<Handled> {
    const message = opened(delivery, ['call']);
    if (typeof message === 'string') return this.#refused(message);
    const { request, work } = message;
    const known = this.#inHand.get(message) ?? this.#moved(message, request.fence);
    if (known !== undefined) {
      // The broker, or the engine, has lost sight of this worker, which makes it all the same.
      known.deliveries.add(delivery);
      return await this.#held(known.done);
    }
    if (request.fence < (this.#fences.get(work) ?? 0)) return undefined;
    const remembered = this.#remembered.result(work);
    if (remembered !== undefined) {
      await this.say(message, { say: 'end', work, end: remembered });
    } else if (this.#withdrawn.delete(keyOf(message))) {
      await this.say(message, { say: 'end', work, end: { kind: 'failure', failure: WITHDRAWN } });
    } else if (!this.#tasks.has(request.task)) {
      await this.say(message, { say: 'end', work, end: { kind: 'failure', failure: notListed(request.task) } });
      return this.#refused(`task '${request.task}' is not in the task set of this worker`);
    } else if (delivery.deliveries > 1) {
      // Whether the one that had it before has begun it, only its engine knows.
      await this.say(message, { say: 'returned' });
    } else {
      await this.#held(this.#make(message, delivery));
    }
    return undefined;
  }

  /** What an engine says about its calls. */
  async hear(delivery: Delivery): Promise<Handled> {
    const message = opened(delivery, ['abort', 'kill', 'saved']);
    if (typeof message === 'string') return this.#refused(message);
    const taken = this.#inHand.get(message)?.taken;
    if (message.say === 'abort') taken?.abort(message.reason);
    else if (message.say === 'kill') taken?.kill(UNWANTED);
    else taken?.saved(message.save, message.failure);
    return undefined;
  }

  /** What is said to all. */
  listen(published: Message): void {
    const message = opened(published, ['who', 'withdrawn', 'reattach']);
    if (typeof message === 'string') return;
    if (message.say === 'who') this.greet();
    else if (message.say === 'reattach') for (const sought of message.works) this.#reattach(message.engine, sought, message.tasks);
    else if (this.#inHand.get(message) === undefined) this.#withdrawn.set(keyOf(message), true);
  }

  greet(): void {
    const { sender, topic, offer } = this.#parts;
    if (!this.#isLeaving) sender.publish(topic, { say: 'worker', ...offer });
  }

  /** Says that this worker lives, and what it has in hand. */
  beAlive(): void {
    const { sender, topic, offer } = this.#parts;
    const calls = this.#inHand.all().map(({ taken, deliveries }) => {
      for (const delivery of deliveries) delivery.alive();
      return taken.name;
    });
    sender.publish(topic, { say: 'alive', worker: offer.worker, calls });
  }

  /** Nothing more is taken: waits so long for what is in hand; then it is told to end, and after as long again it is ended by force. */
  async leave(graceMs: number): Promise<void> {
    this.#isLeaving = true;
    const { sender, topic, offer, clock } = this.#parts;
    sender.publish(topic, { say: 'leaves', worker: offer.worker });
    const all = (): Promise<unknown> => Promise.all(this.#inHand.all().map(({ done }) => done));
    if (await atMost(clock, graceMs, all())) return;
    for (const { taken } of this.#inHand.all()) taken.abort(LEAVING);
    if (await atMost(clock, graceMs, all())) return;
    for (const { taken } of this.#inHand.all()) taken.kill(LEAVING);
    await atMost(clock, graceMs, all());
  }

  async say(call: CallName, report: Parameters<EngineLink['say']>[1]): Promise<void> {
    const { sender, offer } = this.#parts;
    await sender.send(inboxOf(call.engine), { ...report, call: call.call, worker: offer.worker });
  }

  beat({ engine, call }: CallName): void {
    const { sender, topic, offer } = this.#parts;
    sender.publish(topic, { say: 'beat', engine, call, worker: offer.worker });
  }

  /** An engine asks for what one before it had begun. */
  #reattach(engine: string, { call, work, attempt, fence, task, version }: SoughtWork, tasks: readonly TaskManifest[]): void {
    const [name, offered] = [{ engine, call }, this.#parts.offer.tasks.find((one) => one.name === task)];
    this.#fences.set(work, Math.max(fence, this.#fences.get(work) ?? 0));
    const expected = tasks.find((one) => one.name === task && one.version === version);
    // What the code of another version gives, or does, is not what its flow knows.
    if (offered?.version !== version || (expected !== undefined && differencesOfTask(expected, offered).length > 0)) return;
    if (this.#moved({ ...name, work }, fence) !== undefined) return;
    const end = this.#remembered.endOf(work, attempt);
    if (end !== undefined) this.say(name, { say: 'end', work, end }).catch(() => undefined);
  }

  /** The call of this piece of work that is in hand, if there is one, is this engine's from now on. */
  #moved({ engine, call, work }: CallName & { readonly work: string }, fence: number): InHand | undefined {
    const known = this.#inHand.move(work, { engine, call }, fence);
    known?.taken.tellAgain(this.#parts.offer.queue);
    return known;
  }

  #make(message: CallMessage, delivery: Delivery): Promise<void> {
    const { codec, clock } = this.#parts;
    const taken = new TakenCall({ message, codec, clock, link: this });
    const done = this.#made(taken).finally(() => this.#inHand.remove({ taken }));
    this.#inHand.add({ taken, done, deliveries: new Set([delivery]) });
    return done;
  }

  async #made(taken: TakenCall): Promise<void> {
    let end: CallEnd;
    try {
      const call = this.#parts.executor.start(taken);
      taken.takes(call);
      end = checkedEnd(await call.end);
    } catch (thrown) {
      end = { kind: 'interrupted', failure: toFailure(thrown) };
    }
    if (this.#isLeaving && end.kind === 'interrupted') end = { kind: 'lost', failure: LEAVING };
    await taken.close();
    if (end.kind === 'result' || !taken.isUnwanted)
      this.#remembered.add(taken.work, taken.request.attempt, end, JSON.stringify(end).length);
    this.madeCount++;
    try {
      await taken.end(end);
    } catch (refused) {
      // It was done, and can't be told: nobody is to do it again without being asked.
      await taken.end({ kind: 'interrupted', failure: toFailure(refused) });
    }
  }

  /** The broker has it for as long as its call takes, and not for ever. */
  async #held(done: Promise<void>): Promise<undefined> {
    await atMost(this.#parts.clock, HELD_MS, done);
    return undefined;
  }

  #refused(dead: string): Handled {
    this.refusedCount++;
    return { dead };
  }
}

const LEAVING: Failure = { name: 'Error', message: 'its worker was stopped' };
const UNWANTED: Failure = { name: 'Error', message: 'the call is not wanted any more' };
const WITHDRAWN: Failure = { name: 'Error', message: 'it was withdrawn before anybody began it' };

function notListed(task: string): Failure {
  const message = `task '${task}' is not in the task set of the worker that took it`;
  return { ...statedFailure({ name: 'TaskSetMismatchError', code: 'TASK_SET_MISMATCH', message }), permanent: true };
}
