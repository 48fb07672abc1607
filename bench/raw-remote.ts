import { Connection } from 'rabbitmq-client';

/** As ours: calls in a quorum queue, answers in a durable one, both confirmed, and acknowledged when they are handled. */
const WORK = { durable: true, arguments: { 'x-queue-type': 'quorum' as const } };
const ANSWERS = { durable: true, arguments: { 'x-expires': 600_000 } };

const open = (url: string): Connection => {
  const connection = new Connection({ url, noDelay: true });
  connection.on('error', (error) => console.error(error));
  return connection;
};

/** Answers each call with nothing. */
export async function rawWorker(url: string, name: string, concurrency: number): Promise<void> {
  const connection = open(url);
  const publisher = connection.createPublisher({ confirm: true });
  const consumer = connection.createConsumer(
    { queue: name, queueOptions: WORK, qos: { prefetchCount: concurrency } },
    async ({ body, replyTo }) => {
      const { call } = JSON.parse(body as string) as { readonly call: number };
      await publisher.send({ routingKey: replyTo ?? '', durable: true }, JSON.stringify({ call, end: { kind: 'result' } }));
    },
  );
  consumer.on('error', (error) => console.error(error));
  await new Promise((resolve) => consumer.once('ready', resolve));
}

export interface RawCaller {
  call(request: object): Promise<void>;
  close(): Promise<void>;
}

export async function rawCaller(url: string, name: string): Promise<RawCaller> {
  const connection = open(url);
  const answers = `${name}.answers`;
  const publisher = connection.createPublisher({ confirm: true, queues: [{ queue: name, ...WORK }] });
  const waiting = new Map<number, () => void>();
  const consumer = connection.createConsumer({ queue: answers, queueOptions: ANSWERS, qos: { prefetchCount: 1_000 } }, async ({ body }) => {
    const { call } = JSON.parse(body as string) as { readonly call: number };
    waiting.get(call)?.();
    waiting.delete(call);
  });
  consumer.on('error', (error) => console.error(error));
  await new Promise((resolve) => consumer.once('ready', resolve));
  let count = 0;
  return {
    async call(request) {
      const call = ++count;
      const answered = new Promise<void>((resolve) => waiting.set(call, resolve));
      await publisher.send({ routingKey: name, durable: true, replyTo: answers }, JSON.stringify({ call, request }));
      await answered;
    },
    async close() {
      await consumer.close();
      await publisher.close();
      await connection.close();
    },
  };
}
