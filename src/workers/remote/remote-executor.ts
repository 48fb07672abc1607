import type { TaskDefinition } from '../../authoring/index.js';
import type { ExecutorParts, Work } from '../../calls/index.js';
import { atMost } from '../../model/clock.js';
import { jsonCodec } from '../../model/codec/json-codec.js';
import { statedFailure } from '../../model/failure.js';
import { randomIds } from '../../model/ids.js';
import type { Delivery, Handled, Message, Transport, TransportConnection } from '../../transport/index.js';
import { opened } from '../wire/envelope.js';
import type { SoughtWork, ToEngine } from '../wire/messages.js';
import { inboxOf, topicOf, workQueue } from '../wire/names.js';
import { Sender } from '../wire/sender.js';
import { Offers } from './offers.js';
import { type CallLink, RemoteCall } from './remote-call.js';
import { RemoteCalls } from './remote-calls.js';
import { SoughtCalls } from './sought-calls.js';

export interface RemoteParts {
  readonly transport: Transport;
  /** Name of the task set. */
  readonly set: string;
  readonly silenceMs: number;
  readonly reattachMs: number;
  readonly startTimeoutMs: number;
}

/** Calls lie in queues so many times as many as workers make at once: each has the next one at hand. */
const QUEUED = 2;
/** Messages from workers that are handled at a time: those that say how a call ended wait until that is durable. */
const INBOX_LIMIT = 1_000;
/** How long it is waited for the last words to workers. */
const LAST_WORDS_MS = 2_000;
const UPKEEP = { keepsAlive: false, upkeep: true };

/** Has calls made by workers on other machines. */
export class RemoteExecutor implements CallLink {
  readonly #remote: RemoteParts;
  readonly #parts: ExecutorParts;
  readonly #address = `engine.${randomIds().unique()}`;
  readonly #offers: Offers;
  readonly #calls = new RemoteCalls();
  readonly #sought: SoughtCalls;
  #waiting: RemoteCall[] = [];
  #connection: TransportConnection | undefined;
  #sender: Sender | undefined;
  #count = 0;
  #isClosed = false;
  #cancelLook: () => void = () => undefined;
  #lookedMs = 0;

  constructor(remote: RemoteParts, parts: ExecutorParts) {
    this.#remote = remote;
    this.#parts = parts;
    this.#offers = new Offers(parts.codec !== jsonCodec);
    this.#sought = new SoughtCalls({ clock: parts.clock, reattachMs: remote.reattachMs, ask: (works) => this.#ask(works) });
  }

  /** Whether there are workers is no condition: they may come later. */
  async open(tasks: readonly TaskDefinition[]): Promise<void> {
    const { transport, set } = this.#remote;
    this.#offers.expect(tasks);
    const connection = await transport.connect();
    const sender = new Sender(connection, this.#parts.clock);
    try {
      await connection.consume(inboxOf(this.#address), { limit: INBOX_LIMIT }, (delivery) => this.#handle(delivery));
      await connection.subscribe(topicOf(set), (message) => this.#hear(message));
    } catch (error) {
      await connection.close();
      throw error;
    }
    [this.#connection, this.#sender] = [connection, sender];
    if (this.#isClosed) return this.close();
    sender.publish(topicOf(set), { say: 'who' });
    this.#lookLater();
  }

  start(work: Work): RemoteCall {
    const call = this.#newCall(work);
    this.#waiting.push(call);
    this.#limitWait(call);
    this.#serve();
    return call;
  }

  /** Asks workers who has this call, which an engine before this one had begun. */
  async reattach(work: Work): Promise<RemoteCall | undefined> {
    if (this.#isClosed) return undefined;
    const call = this.#newCall(work);
    if (await this.#sought.find(call)) {
      this.#limitWait(call);
      return call;
    }
    this.#calls.notFound(call);
    return undefined;
  }

  #newCall(work: Work): RemoteCall {
    const call = new RemoteCall(++this.#count, work, this.#parts, this);
    this.#calls.add(call);
    return call;
  }

  #limitWait(call: RemoteCall): void {
    const { startTimeoutMs } = this.#remote;
    if (startTimeoutMs === Number.POSITIVE_INFINITY) return;
    const cancel = this.#parts.clock.after(startTimeoutMs, () => this.#expire(call));
    void Promise.race([call.begun, call.end]).then(cancel);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelLook();
    this.#sought.close();
    for (const call of this.#calls.all()) {
      call.kill();
      // Nobody hears of it any more.
      call.lose({ name: 'Error', message: 'its app has stopped' });
    }
    const [connection, sender] = [this.#connection, this.#sender];
    this.#connection = undefined;
    if (connection === undefined || sender === undefined) return;
    await atMost(this.#parts.clock, LAST_WORDS_MS, sender.flush());
    sender.close();
    await connection.close();
  }

  tell: CallLink['tell'] = (worker, call, order) => {
    // What a worker can't be told, it hears by the silence of its engine.
    this.#sender?.send(inboxOf(worker), { ...order, engine: this.#address, call }).catch(() => undefined);
  };

  withdraw(call: RemoteCall): void {
    const at = this.#waiting.indexOf(call);
    if (at >= 0) this.#waiting.splice(at, 1);
    else this.#sender?.publish(topicOf(this.#remote.set), { say: 'withdrawn', engine: this.#address, call: call.number });
  }

  over(call: RemoteCall): void {
    this.#calls.over(call);
    this.#serve();
  }

  #ask(works: readonly SoughtWork[]): void {
    this.#sender?.publish(topicOf(this.#remote.set), {
      say: 'reattach',
      engine: this.#address,
      tasks: this.#offers.expectedOf(works),
      works,
    });
  }

  /** Gives what waits to queues that have room. */
  #serve(): void {
    if (this.#isClosed || this.#waiting.length === 0) return;
    this.#waiting = this.#waiting.filter((call) => {
      if (call.isOver) return false;
      const fitting = this.#offers.queueFor(call.request);
      if (fitting === undefined || this.#calls.inFlight(fitting.queue) >= QUEUED * fitting.concurrency) return true;
      this.#calls.given(call, fitting.queue);
      void this.#send(call, fitting.queue);
      return false;
    });
  }

  async #send(call: RemoteCall, queue: string): Promise<void> {
    const message = { say: 'call', engine: this.#address, call: call.number, work: call.name, request: call.request } as const;
    call.heardMs = Number.POSITIVE_INFINITY;
    try {
      await this.#sender?.send(workQueue(queue), message, () => !call.isUnwanted);
      call.heardMs = this.#nowMs();
    } catch (refused) {
      call.refuse(refused);
    }
  }

  async #handle(delivery: Delivery): Promise<Handled> {
    const message = opened(delivery, ['took', 'begun', 'returned', 'save', 'progress', 'emit', 'end']);
    if (typeof message === 'string') return { dead: message };
    const call = this.#calls.get(message.call);
    if (call !== undefined) call.heardMs = this.#nowMs();
    if (call !== undefined && this.#sought.found(call.number)) {
      const queue = (message.say === 'took' ? message.queue : undefined) ?? message.worker;
      this.#calls.given(call, queue);
    }
    switch (message.say) {
      case 'took':
        this.#took(message, call);
        break;
      case 'begun':
        call?.begins(message.worker);
        break;
      case 'returned':
        if (call?.worker !== undefined) call.lose({ name: 'Error', message: 'it was taken from there by the broker' });
        else if (call?.queue !== undefined) void this.#send(call, call.queue);
        break;
      case 'end':
        // Of two workers that have it, one may be gone.
        if (message.end.kind !== 'lost' || call?.worker === undefined || call.worker === message.worker)
          await this.#calls.ended(message.call, message.end);
        break;
      case 'save':
      case 'progress':
      case 'emit':
        // Code that begins at once may say something before its worker says that it has it.
        if (call?.worker === undefined) call?.taken(message.worker, true);
        if (call !== undefined && call.worker === message.worker) call.hear(message);
        else if (message.say === 'save') this.#refuseSave(message.worker, message.call, message.save);
    }
    return undefined;
  }

  #took({ worker, call: number, hasBegun, agoMs }: Extract<ToEngine, { readonly say: 'took' }>, call: RemoteCall | undefined): void {
    // Where it was asked for too late, or another worker has it, too, the first end counts.
    const isAgain = agoMs !== undefined;
    if (call === undefined) {
      if (!isAgain) this.tell(worker, number, { say: 'kill' });
    } else if (!isAgain || call.worker === undefined || call.worker === worker) call.taken(worker, hasBegun, agoMs);
  }

  #refuseSave(worker: string, call: number, save: number): void {
    this.tell(worker, call, {
      say: 'saved',
      save,
      failure: { name: 'Error', message: 'this call has ended: what it saves now is not kept' },
    });
  }

  #hear(published: Message): void {
    const message = opened(published, ['worker', 'alive', 'leaves', 'beat', 'who', 'withdrawn', 'reattach']);
    if (typeof message === 'string') return;
    const nowMs = this.#nowMs();
    if (message.say === 'worker') this.#offers.heard(message, nowMs);
    else if (message.say === 'leaves') this.#offers.forget(message.worker);
    else if (message.say === 'reattach' && message.engine === this.#address) this.#sought.asked(message.works);
    else if (message.say === 'beat') this.#beat(message.engine, message.call, message.worker);
    else if (message.say === 'alive') {
      for (const { engine, call } of message.calls) if (engine === this.#address) this.#touch(call, message.worker, nowMs);
      if (!this.#offers.isAlive(message.worker, nowMs)) this.#sender?.publish(topicOf(this.#remote.set), { say: 'who' });
    }
    this.#serve();
  }

  #beat(engine: string, number: number, worker: string): void {
    if (engine !== this.#address) return;
    const call = this.#touch(number, worker, this.#nowMs());
    call?.beat();
  }

  #touch(number: number, worker: string, nowMs: number): RemoteCall | undefined {
    const call = this.#calls.get(number);
    if (call?.worker !== worker) return undefined;
    call.heardMs = nowMs;
    return call;
  }

  #expire(call: RemoteCall): void {
    const { startTimeoutMs, set } = this.#remote;
    const why = call.queue === undefined ? this.#offers.whyNone(call.request) : `it lies in the queue ${call.queue}`;
    const message = `no worker of the task set '${set}' has begun task '${call.request.path}' within ${startTimeoutMs} ms (startTimeoutMs): ${why}`;
    call.expire(statedFailure({ name: 'TimeoutError', code: 'START_TIMEOUT', message }));
  }

  #lookLater(): void {
    const { silenceMs } = this.#remote;
    this.#lookedMs = this.#nowMs();
    this.#cancelLook = this.#parts.clock.after(silenceMs / 4, () => this.#look(), UPKEEP);
  }

  /** Calls of workers that have been silent for too long are lost. */
  #look(): void {
    const { silenceMs } = this.#remote;
    const nowMs = this.#nowMs();
    // This process stood still: what was said meanwhile is not heard yet.
    const wasFrozen = nowMs - this.#lookedMs > silenceMs / 2;
    if (!wasFrozen) this.#offers.forgetSilent(nowMs - silenceMs);
    for (const call of this.#calls.all()) {
      if (wasFrozen) call.heardMs = Math.max(call.heardMs, nowMs);
      else if (nowMs - call.heardMs <= silenceMs || call.queue === undefined) continue;
      else if (call.worker !== undefined) call.lose({ name: 'Error', message: `nothing was heard of it for ${silenceMs} ms (silenceMs)` });
      else void this.#search(call, call.queue);
    }
    this.#lookLater();
  }

  /** It was given long ago, and nobody has said that it took it: is it still there? */
  async #search(call: RemoteCall, queue: string): Promise<void> {
    call.heardMs = this.#nowMs();
    const depth = await this.#connection?.depth(workQueue(queue)).catch(() => undefined);
    if (depth?.waiting === 0 && call.worker === undefined && !call.isOver) {
      call.lose({ name: 'Error', message: 'it is not in its queue any more, and nobody says that it has it' });
    }
  }

  #nowMs(): number {
    return this.#parts.clock.monotonicMs();
  }
}
