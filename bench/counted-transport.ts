import type { Message, Transport } from 'flowproof/contracts';

/** What went through a transport at one end. */
export interface Carried {
  messages: number;
  bytes: number;
}

/** Counts what is sent to queues, and what comes out of them: not what is published to all, which does not grow with the calls. */
export function countedTransport(right: Transport, carried: Carried): Transport {
  const count = ({ body }: Message): void => {
    carried.messages++;
    carried.bytes += Buffer.byteLength(body);
  };
  return {
    name: right.name,
    async connect() {
      const connection = await right.connect();
      return {
        send(queue, message) {
          count(message);
          return connection.send(queue, message);
        },
        consume: (queue, options, handle) =>
          connection.consume(queue, options, (delivery) => {
            count(delivery);
            return handle(delivery);
          }),
        publish: (topic, message) => connection.publish(topic, message),
        subscribe: (topic, listener) => connection.subscribe(topic, listener),
        depth: (queue) => connection.depth(queue),
        close: () => connection.close(),
      };
    },
  };
}
