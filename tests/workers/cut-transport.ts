import type { Message, Transport, TransportConnection } from '../../src/contracts/index.js';

/** A transport whose connections a test can cut off: as if their process was killed, or stood still. */
export interface CutTransport extends Transport {
  /** What it has in hand is delivered to others. */
  kill(): Promise<void>;
  /** Nothing gets through, in neither direction. */
  freeze(): void;
  /** What was held up gets through. */
  thaw(): void;
}

export function cutTransport(right: Transport): CutTransport {
  const connections: TransportConnection[] = [];
  let held: (() => void)[] | undefined;
  let isKilled = false;
  const passes = (): Promise<void> => (held === undefined ? Promise.resolve() : new Promise((resolve) => held?.push(resolve)));
  const never = new Promise<never>(() => undefined);
  return {
    name: right.name,
    async connect() {
      const connection = await right.connect();
      connections.push(connection);
      return {
        send: (queue, message) => passes().then(() => (isKilled ? never : connection.send(queue, message))),
        consume: (queue, options, handled) => connection.consume(queue, options, (delivery) => passes().then(() => handled(delivery))),
        publish: (topic: string, message: Message) => {
          if (held === undefined && !isKilled) connection.publish(topic, message);
        },
        subscribe: (topic, heard) => connection.subscribe(topic, (message) => held === undefined && !isKilled && heard(message)),
        depth: (queue) => passes().then(() => connection.depth(queue)),
        close: () => connection.close(),
      };
    },
    async kill() {
      isKilled = true;
      await Promise.all(connections.map((connection) => connection.close()));
    },
    freeze() {
      held ??= [];
    },
    thaw() {
      const waiting = held ?? [];
      held = undefined;
      for (const pass of waiting) pass();
    },
  };
}

/** What is published with these words in it does not arrive. */
export function deafTo(right: Transport, words: string): Transport {
  return {
    name: right.name,
    async connect() {
      const connection = await right.connect();
      const { send, consume, publish, depth, close } = connection;
      const subscribe: TransportConnection['subscribe'] = (topic, heard) =>
        connection.subscribe(topic, (message) => {
          if (!message.body.includes(words)) heard(message);
        });
      const [sends, consumes, publishes] = [send.bind(connection), consume.bind(connection), publish.bind(connection)];
      return {
        subscribe,
        send: sends,
        consume: consumes,
        publish: publishes,
        depth: depth.bind(connection),
        close: close.bind(connection),
      };
    },
  };
}
