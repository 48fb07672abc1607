import { nats } from 'flowproof/nats';
import { rabbitmq } from 'flowproof/rabbitmq';
import { worker } from 'flowproof/workers';
import tasks from '../conformance/executors/tasks.js';
import { KEYS } from './keys.js';

/** A worker in a process of its own, which a test kills. */
const [broker = '', url = '', prefix = ''] = process.argv.slice(2);
const transport = (broker === 'nats' ? nats : rabbitmq)(url, { prefix, keys: KEYS });
void worker(tasks, { transport })
  .start()
  .then(() => process.send?.('ready'));
