import type { CallEnd, CallRegistry, TaskRequest } from '../calls/index.js';
import { jsonCodec } from '../model/codec/json-codec.js';
import { toFailure } from '../model/failure.js';
import { TaskSetMismatchError } from '../model/task-set-mismatch.js';
import { PlaceCallPort } from './place-call-port.js';
import { type PlacePort, PROTOCOL, type ToPlace } from './protocol.js';
import { differencesOfTask, manifestOfTask } from './task-manifest.js';
import type { TaskSetDefinition } from './task-set-definition.js';
import { tracedCall } from './traced-call.js';

/** A place: makes the calls that its app sends, until a message says that there are no more. */
export async function serve(set: TaskSetDefinition, port: PlacePort): Promise<void> {
  let services: object;
  try {
    services = (await set.services?.()) ?? {};
  } catch (thrown) {
    port.send({ say: 'unusable', failure: toFailure(thrown) });
    return;
  }
  const place = new Serving(set, services, port);
  port.listen((message) => place.hear(message));
  port.send({ say: 'ready', protocol: PROTOCOL, hasCodec: set.codec !== undefined, tasks: [...set.tasks.values()].map(manifestOfTask) });
}

class Serving {
  readonly #set: TaskSetDefinition;
  readonly #services: object;
  readonly #port: PlacePort;
  readonly #registry: CallRegistry;
  /** The call that is made: one at a time. No map of one, which grows and is cleaned up as calls come and go. */
  #current: { readonly call: number; readonly port: PlaceCallPort } | undefined;
  /** Calls that ended before their saves were answered. */
  readonly #unanswered = new Map<number, PlaceCallPort>();

  constructor(set: TaskSetDefinition, services: object, port: PlacePort) {
    this.#set = set;
    this.#services = services;
    this.#port = port;
    this.#registry = registryOf(set, services);
  }

  hear(message: ToPlace): void {
    switch (message.do) {
      case 'call':
        void this.#call(message.call, message.request);
        break;
      case 'abort':
        this.#portOf(message.call)?.abort(errorOf(message.reason));
        break;
      case 'saved':
        this.#portOf(message.call)?.saved(message.save, message.failure && errorOf(message.failure));
        if (this.#unanswered.get(message.call)?.isDone) this.#unanswered.delete(message.call);
        break;
      case 'close':
        void this.#close();
        break;
    }
  }

  async #call(call: number, request: TaskRequest): Promise<void> {
    const send: PlacePort['send'] = (message) => this.#port.send(message);
    const port = new PlaceCallPort({ call, request, send, codec: this.#registry.codec });
    this.#current = { call, port };
    const end: CallEnd = await tracedCall(this.#set.telemetry, request, this.#registry, port);
    port.close();
    this.#current = undefined;
    if (!port.isDone) this.#unanswered.set(call, port);
    this.#port.send({ say: 'end', call, end });
  }

  #portOf(call: number): PlaceCallPort | undefined {
    return this.#current?.call === call ? this.#current.port : this.#unanswered.get(call);
  }

  async #close(): Promise<void> {
    try {
      await this.#set.close?.(this.#services);
    } finally {
      this.#port.exit();
    }
  }
}

/** What a place has to make calls with. */
export function registryOf({ tasks, codec = jsonCodec, resolve }: TaskSetDefinition, services: object): CallRegistry {
  const onlyTasks = (): never => {
    throw new Error('retries, deciders and schemas of waits are called in the process of their app');
  };
  return {
    codec,
    services,
    resolve,
    task({ task: name, version }) {
      const task = tasks.get(name);
      // Of flows that are made from data, nothing is compared when the app opens.
      if (task === undefined) throw refused(name, differencesOfTask({ ...NO_TASK, name }, undefined));
      if (task.version !== version) throw refused(name, [`task '${name}': version is ${version} in the flows and ${task.version} there`]);
      return { task, outputs: [...task.provides, ...task.keeps] };
    },
    retry: onlyTasks,
    decider: onlyTasks,
    wait: onlyTasks,
  };
}

const NO_TASK = { version: 1, requires: [], provides: [], keeps: [], revertRequires: [] };

function refused(task: string, differences: readonly string[]): Error {
  // A retry in the same place would find the same.
  return Object.assign(new TaskSetMismatchError('the module of this place', differences, [task]), { permanent: true });
}

/** What code of the user is given in the place of an error of the app's process. */
function errorOf({ name, message, code }: { readonly name: string; readonly message: string; readonly code?: string }): Error {
  return Object.assign(new Error(message), { name, ...(code === undefined ? {} : { code }) });
}
