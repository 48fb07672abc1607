import { DEAD, type Delivery, type Queue } from '../../transport/index.js';
import { demand, demandRefusal, demandSame, eventually } from '../boards/demand.js';
import type { TransportCase } from './rig.js';

export const givingCases: readonly TransportCase[] = (['work', 'inbox'] as const).flatMap((kind) => [
  {
    name: `what is given to a queue (${kind}) before anybody takes from it is delivered, in its order`,
    async run(rig) {
      const queue: Queue = { kind, name: rig.named(kind) };
      const giving = await rig.connect();
      for (let number = 0; number < 50; number++)
        await giving.send(queue, { id: `${queue.name}.${number}`, body: `message ${number} – ✓` });
      const got: string[] = [];
      const taking = await rig.connect();
      await taking.consume(queue, { limit: 100 }, async ({ body }) => void got.push(body));
      await eventually('the messages', rig.withinMs, async () => got.length >= 50);
      demandSame(
        got,
        Array.from({ length: 50 }, (_, number) => `message ${number} – ✓`),
        'what was delivered',
      );
    },
  },
  {
    name: `what is given at once to a queue (${kind}) arrives once each, in its order, for many consumers at most so many at a time`,
    async run(rig) {
      const queue: Queue = { kind, name: rig.named(kind) };
      const [giving, taking] = [await rig.connect(), await rig.connect()];
      const got: string[] = [];
      const ends: (() => void)[] = [];
      await taking.consume(queue, { limit: 3 }, async ({ body }) => {
        got.push(body);
        await new Promise<void>((resolve) => ends.push(resolve));
        return undefined;
      });
      await Promise.all(
        Array.from({ length: 9 }, (_, number) => giving.send(queue, { id: `${queue.name}.${number}`, body: String(number) })),
      );
      await eventually('the first messages', rig.withinMs, async () => got.length >= 3);
      demandSame((await taking.depth(queue)).consumers, 1, 'consumers');
      await eventually('what waits', rig.withinMs, async () => (await taking.depth(queue)).waiting === 6);
      demandSame(got, ['0', '1', '2'], 'what is delivered while three are in hand');
      while (got.length < 9) {
        ends.shift()?.();
        await eventually('the next message', rig.withinMs, async () => ends.length > 0);
      }
      for (const end of ends) end();
      demandSame(got, ['0', '1', '2', '3', '4', '5', '6', '7', '8'], 'what was delivered');
      await eventually('an empty queue', rig.withinMs, async () => (await taking.depth(queue)).waiting === 0);
    },
  },
]);

export const endingCases: readonly TransportCase[] = [
  {
    name: 'a message that is in hand comes again, to another one, when the connection ends, and says so',
    async run(rig) {
      const queue: Queue = { kind: 'work', name: rig.named('work') };
      const [giving, dying, living] = [await rig.connect(), await rig.connect(), await rig.connect()];
      let inHand = 0;
      await dying.consume(queue, { limit: 1 }, () => {
        inHand++;
        return new Promise(() => undefined);
      });
      await giving.send(queue, { id: `${queue.name}.a`, body: 'a' });
      await eventually('the first delivery', rig.withinMs, async () => inHand === 1);
      const again: Delivery[] = [];
      await living.consume(queue, { limit: 1 }, async (delivery) => void again.push(delivery));
      await dying.close();
      await eventually('the second delivery', rig.withinMs, async () => again.length > 0);
      demandSame([again[0]?.body, again[0]?.deliveries], ['a', 2], 'the second delivery');
    },
  },
  {
    name: 'a taker that stops gets no more, and ends what it has in hand',
    async run(rig) {
      const queue: Queue = { kind: 'work', name: rig.named('work') };
      const [giving, taking] = [await rig.connect(), await rig.connect()];
      const got: string[] = [];
      let end: () => void = () => undefined;
      const stop = await taking.consume(queue, { limit: 10 }, async ({ body }) => {
        got.push(body);
        await new Promise<void>((resolve) => {
          end = resolve;
        });
        return undefined;
      });
      await giving.send(queue, { id: `${queue.name}.a`, body: 'a' });
      await eventually('the message', rig.withinMs, async () => got.length === 1);
      await stop();
      await giving.send(queue, { id: `${queue.name}.b`, body: 'b' });
      end();
      const others: Delivery[] = [];
      const other = await rig.connect();
      await other.consume(queue, { limit: 10 }, async (delivery) => void others.push(delivery));
      await eventually('the other taker', rig.withinMs, async () => others.length > 0);
      await taking.close();
      demandSame(got, ['a'], 'what the first taker got');
      demandSame(
        others.map(({ body }) => body),
        ['b'],
        'what the other taker got',
      );
    },
  },
  {
    name: 'a message that is given back comes again, and is put to the dead ones when that was too often',
    async run(rig) {
      const queue: Queue = { kind: 'work', name: rig.named('work') };
      const taking = await rig.connect();
      const deliveries: number[] = [];
      await taking.consume(queue, { limit: 1 }, async (delivery) => {
        deliveries.push(delivery.deliveries);
        throw new Error('not now');
      });
      const dead = await deadOf(taking, queue);
      await taking.send(queue, { id: `${queue.name}.a`, body: `${queue.name} a` });
      await eventually('the dead message', rig.withinMs, async () => dead.length > 0);
      demandSame(
        deliveries,
        Array.from({ length: rig.deliveryLimit }, (_, at) => at + 1),
        'deliveries',
      );
      demand(typeof dead[0]?.reason === 'string' && dead[0].reason !== '', 'a dead message does not say why');
    },
  },
  {
    name: 'a message that can not be used is put to the dead ones with its reason, and to nobody else',
    async run(rig) {
      const queue: Queue = { kind: 'work', name: rig.named('work') };
      const taking = await rig.connect();
      let count = 0;
      await taking.consume(queue, { limit: 1 }, async () => {
        count++;
        return { dead: 'it is of no use – ✗' };
      });
      const dead = await deadOf(taking, queue);
      await taking.send(queue, { id: `${queue.name}.a`, body: `${queue.name} a` });
      await eventually('the dead message', rig.withinMs, async () => dead.length > 0);
      demandSame([count, dead[0]?.body, dead[0]?.reason], [1, `${queue.name} a`, 'it is of no use – ✗'], 'the dead message');
    },
  },
  {
    name: 'what is shouted reaches all who hear, and nobody who does not',
    async run(rig) {
      const topic = rig.named('topic');
      const [one, other] = [await rig.connect(), await rig.connect()];
      const heard: string[] = [];
      const off = await one.subscribe(topic, ({ body }) => heard.push(`one ${body}`));
      await other.subscribe(topic, ({ body }) => heard.push(`other ${body}`));
      one.publish(topic, { id: '1', body: 'hello' });
      await eventually('who hears', rig.withinMs, async () => heard.length === 2);
      await off();
      other.publish(topic, { id: '2', body: 'again' });
      await eventually('who still hears', rig.withinMs, async () => heard.length === 3);
      demandSame([...heard].sort(), ['one hello', 'other again', 'other hello'], 'what was heard');
    },
  },
  {
    name: 'a closed connection takes nothing',
    async run(rig) {
      const connection = await rig.connect();
      const queue: Queue = { kind: 'work', name: rig.named('work') };
      await connection.close();
      await connection.close();
      await demandRefusal(() => connection.send(queue, { id: 'a', body: 'a' }), 'TRANSPORT_CLOSED', 'giving');
      await demandRefusal(() => connection.consume(queue, { limit: 1 }, async () => undefined), 'TRANSPORT_CLOSED', 'taking');
      await demandRefusal(() => connection.subscribe('topic', () => undefined), 'TRANSPORT_CLOSED', 'hearing');
      await demandRefusal(() => connection.depth(queue), 'TRANSPORT_CLOSED', 'counting');
      connection.publish('topic', { id: 'b', body: 'nobody hears it' });
    },
  },
];

/** The dead messages of a case, as they come: those of others are put back. */
async function deadOf(
  connection: Parameters<TransportCase['run']>[0]['connect'] extends () => Promise<infer C> ? C : never,
  { name }: Queue,
) {
  const dead: Delivery[] = [];
  await connection.consume(DEAD, { limit: 1_000 }, (delivery) => {
    if (delivery.body.startsWith(name)) dead.push(delivery);
    // Whoever looks leaves it there: it is in hand to the end of the case.
    return delivery.body.startsWith(name) ? Promise.resolve(undefined) : new Promise(() => undefined);
  });
  return dead;
}
