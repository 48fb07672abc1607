import { rabbitmq } from 'flowproof/rabbitmq';
import { worker } from 'flowproof/workers';
import tasks from '../conformance/executors/tasks.js';

/** A worker in a process of its own, which a test kills. */
const [url = '', prefix = ''] = process.argv.slice(2);
void worker(tasks, { transport: rabbitmq(url, { prefix }) })
  .start()
  .then(() => process.send?.('ready'));
