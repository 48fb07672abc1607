import { nats } from 'flowproof/nats';
import { rabbitmq } from 'flowproof/rabbitmq';

/** A process that consumes a queue until it is told to close its connection, and has nothing to do then. */
const [broker = '', url = '', prefix = ''] = process.argv.slice(2);
const connection = await (broker === 'nats' ? nats : rabbitmq)(url, { prefix }).connect();
await connection.consume({ kind: 'work', name: 'a' }, { limit: 2 }, async () => undefined);
await connection.subscribe('topic', () => undefined);
process.once('message', async () => {
  await connection.close();
  process.disconnect();
});
process.send?.('ready');
