import { randomIds } from '../../model/ids.js';
import { type Message, TransportError } from '../../transport/index.js';
import { headers, type Msg, type MsgHdrs, type NatsClient } from './client.js';
import { isBadRequest, isNotFound } from './errors.js';
import type { NatsNames } from './names.js';
import type { NatsStreams } from './streams.js';

const ID = 'Nats-Msg-Id';
const REASON = 'flowproof-reason';
const PARTS = 'flowproof-parts';
const PARTS_FORM = /^([\w-]{1,64}) (\d{1,15}(?: \d{1,15}){0,4095})$/;
/** Of the greatest message of a server, so much is for headers. */
const FOR_HEADERS = 8_192;
const MOST_OF_PART = 524_288;
const MOST_OF_REASON = 500;
/** Bytes of all parts of a message, whoever wrote it. */
const MOST_OF_ALL = 67_108_864;
/** A server that takes less in one message is none for calls. */
export const LEAST_PAYLOAD = 32_768;

/** A message as it is published. */
export interface Packed {
  readonly payload: Uint8Array;
  readonly headers: MsgHdrs;
  /** Where its parts are, if it has any. */
  readonly parts?: string;
}

/** A message that nobody can read, now or later. */
export class UnreadableError extends Error {}

/**
 * Messages with their ids and reasons in headers. What is larger than the server lets a message be is stored in parts, before the message that
 * says where they are.
 */
export class Payloads {
  readonly #client: NatsClient;
  readonly #names: NatsNames;
  readonly #streams: NatsStreams;
  readonly #ids = randomIds();

  constructor(client: NatsClient, names: NatsNames, streams: NatsStreams) {
    this.#client = client;
    this.#names = names;
    this.#streams = streams;
  }

  /** @param queue the server knows ids per stream, and the contract per queue */
  async pack({ id, body }: Message, queue: string, reason?: string): Promise<Packed> {
    const payload = new TextEncoder().encode(body);
    const packed = headersOf(id, queue, reason);
    if (payload.length <= this.#mostOfMessage()) return { payload, headers: packed };
    const parts = await this.#store(payload);
    packed.set(PARTS, parts);
    return { payload: new Uint8Array(), headers: packed, parts };
  }

  /** The same message, with why it is dead: its parts are not stored again. */
  async packDead(message: Msg, read: Message, reason: string): Promise<Packed> {
    const parts = partsOf(message);
    // Where there are no such parts, nothing was read.
    if (parts === undefined || read.body === '') return this.pack(read, 'dead', reason);
    const packed = headersOf(read.id, 'dead', reason);
    packed.set(PARTS, parts);
    return { payload: new Uint8Array(), headers: packed };
  }

  /** @throws UnreadableError when its parts are gone, or none of ours */
  async unpack(message: Msg): Promise<Message & { readonly reason?: string }> {
    const parts = partsOf(message);
    const payload = parts === undefined ? message.data : await this.#collect(parts);
    return { ...withoutBody(message), body: new TextDecoder().decode(payload) };
  }

  /** It is done: its parts are of no use any more. What is left is gone after some days. */
  discard(parts: string | undefined): void {
    const [, name] = PARTS_FORM.exec(parts ?? '') ?? [];
    if (name === undefined) return;
    const filter = this.#names.subjectOf({ kind: 'parts', name });
    this.#client.jsm.streams.purge(this.#names.streamOf('parts'), { filter }).catch(() => undefined);
  }

  async #store(payload: Uint8Array): Promise<string> {
    await this.#streams.ensure('parts');
    const name = this.#ids.unique();
    const subject = this.#names.subjectOf({ kind: 'parts', name });
    const size = Math.min(this.#mostOfMessage(), MOST_OF_PART);
    const sequences: number[] = [];
    try {
      for (let at = 0; at < payload.length; at += size) {
        const { seq } = await this.#client.js.publish(subject, payload.subarray(at, at + size));
        sequences.push(seq);
      }
    } catch (error) {
      this.discard(`${name} 0`);
      throw error;
    }
    return `${name} ${sequences.join(' ')}`;
  }

  async #collect(parts: string): Promise<Uint8Array> {
    const [, name = '', sequences = ''] = PARTS_FORM.exec(parts) ?? [];
    if (name === '') throw new UnreadableError('nobody knows where its parts are');
    const [stream, subject] = [this.#names.streamOf('parts'), this.#names.subjectOf({ kind: 'parts', name })];
    const all: Uint8Array[] = [];
    let size = 0;
    for (const sequence of sequences.split(' ')) {
      const part = await this.#client.jsm.streams.getMessage(stream, { seq: Number(sequence) }).catch((error: unknown) => {
        if (isNotFound(error) || isBadRequest(error)) return null;
        throw error;
      });
      if (part?.subject !== subject) throw new UnreadableError('its parts are gone: they are kept for seven days');
      size += part.data.length;
      if (size > MOST_OF_ALL) throw new UnreadableError(`it has more than ${MOST_OF_ALL} bytes`);
      all.push(part.data);
    }
    return Buffer.concat(all);
  }

  #mostOfMessage(): number {
    return greatestPayload(this.#client) - FOR_HEADERS;
  }
}

/** Of a message of a queue: where its parts are. */
export function partsOf(message: Msg): string | undefined {
  return message.headers?.get(PARTS) || undefined;
}

/** What is known of a message whose body can't be read. */
export function withoutBody(message: Msg): Message & { readonly reason?: string } {
  const reason = parsed(message.headers?.get(REASON));
  return { id: idOf(message), body: '', ...(reason === undefined ? {} : { reason }) };
}

/** Bytes that the server takes in one message. @throws TransportError `TRANSPORT_REFUSED` where that is too little */
export function greatestPayload({ connection }: NatsClient): number {
  const most = connection.info?.max_payload ?? LEAST_PAYLOAD;
  if (most >= LEAST_PAYLOAD) return most;
  const message = `the max_payload of this NATS server is ${most} bytes: give it at least ${LEAST_PAYLOAD}, better the default of 1MB`;
  throw new TransportError('TRANSPORT_REFUSED', message);
}

function headersOf(id: string, queue: string, reason: string | undefined): MsgHdrs {
  const made = headers();
  // An id of none is no reason to take two messages for one.
  if (id !== '') made.set(ID, `${queue} ${JSON.stringify(id)}`);
  if (reason !== undefined) made.set(REASON, JSON.stringify(reason.slice(0, MOST_OF_REASON)));
  return made;
}

function idOf({ headers: given }: Msg): string {
  const text = given?.get(ID) ?? '';
  return parsed(text.slice(text.indexOf(' ') + 1)) ?? text;
}

function parsed(text: string | undefined): string | undefined {
  if (!text) return undefined;
  try {
    return String(JSON.parse(text));
  } catch {
    return text;
  }
}
