/** A program: a worker of ours, or one by hand, until its parent is gone. */
import { rabbitmq } from 'flowproof/rabbitmq';
import { worker } from 'flowproof/workers';
import { rawWorker } from '../raw-remote.js';
import tasks from './remote-tasks.js';

const [kind = '', url = '', name = '', concurrency = ''] = process.argv.slice(2);
if (kind === 'raw') await rawWorker(url, name, Number(concurrency));
else await worker(tasks, { transport: rabbitmq(url, { prefix: name }), concurrency: Number(concurrency) }).start();
process.send?.('ready');
process.once('disconnect', () => process.exit());
