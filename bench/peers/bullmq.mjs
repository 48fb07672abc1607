/**
 * BullMQ, on a Redis that flushes each write before it answers (`appendfsync always`).
 *
 * `bullmq`: a flow, a job a step, each the child of the next one (https://docs.bullmq.io/guide/flows), and a worker as it
 * comes, which does one job at a time. `bullmq-tuned`: steps in a row are one job that notes how far it is
 * (https://docs.bullmq.io/patterns/process-step-jobs); tasks at once are the children of one job; the worker has a
 * `concurrency` (https://docs.bullmq.io/guide/workers/concurrency). `bullmq-everysec`: the same on a Redis that flushes each
 * second, as https://docs.bullmq.io/guide/going-to-production recommends: it may lose a second.
 */
import { FlowProducer, Queue, Worker } from 'bullmq';
import { advance, advanceLater, FIRST, OutOfStock, turnsOf } from '../../build/bench/steps.js';
import { Endings } from './endings.mjs';
import { versionsOf } from './versions.mjs';

export const versions = () => versionsOf('bullmq', 'ioredis');

export async function open({ redis, shape, form, latency }) {
  if (shape.kind === 'memory') return { leftOut: 'has no mode without a server' };
  if (shape.kind === 'resume') {
    return form === 'default' ? { leftOut: 'goes on when the job counts as stalled, after 30 s: not waited for' } : { same: true };
  }
  if (shape.disk === 'slow') return { leftOut: 'uses no PostgreSQL, and commit_delay is a setting of PostgreSQL' };
  if (shape.kind === 'saga' && form === 'default') return { leftOut: 'a flow of jobs has nothing to undo with' };
  if (redis.missing !== undefined) return { leftOut: redis.missing };
  const { hostname: host, port } = new URL(redis.url);
  const connection = { host, port: Number(port), maxRetriesPerRequest: null };
  const queueName = `bench-${form}`;
  const queue = new Queue(queueName, { connection });
  const producer = new FlowProducer({ connection });
  const asJob = form !== 'default' && shape.kind !== 'fanout';
  const flows = shape.flows ?? 1;
  const ended = new Endings();
  const processor = asJob ? STEPS[shape.kind](shape, latency) : taskOf(shape, latency);
  const worker = new Worker(queueName, processor, { connection, ...(form === 'default' ? {} : { concurrency: shape.width ?? flows }) });
  worker.on('completed', (job) => job.data.root && ended.one());
  worker.on('failed', (_job, error) => ended.fail(error));
  await worker.waitUntilReady();
  return {
    async run() {
      const all = ended.wait(flows);
      const begun = await Promise.all(Array.from({ length: flows }, (_, index) => begin(`f${index}`)));
      return { at: await all, ids: begun.map((job) => job.id) };
    },
    async durable(ids) {
      // The job at the root of a fan is none of its tasks.
      if (!asJob) return (await queue.getCompletedCount()) - (shape.kind === 'fanout' ? ids.length : 0);
      const jobs = await Promise.all(ids.map((id) => queue.getJob(id)));
      return jobs.reduce((sum, job) => sum + (job?.finishedOn === undefined ? 0 : job.data.done), 0);
    },
    rest: () => queue.obliterate({ force: true }),
    async close() {
      await worker.close();
      await producer.close();
      await queue.close();
    },
  };

  async function begin(id) {
    if (asJob) return queue.add('bench', { id, root: true, done: 0, value: FIRST });
    const tree = shape.kind === 'fanout' ? fanOf(shape.width, queueName) : rowOf(id, shape.length, queueName);
    return (await producer.add(tree)).job;
  }
}

/** The last step is the root: each waits for its child. */
function rowOf(id, length, queueName) {
  let tree;
  for (let n = 1; n <= length; n++) {
    tree = { name: 'bench', queueName, data: { id, n, root: n === length }, ...(tree === undefined ? {} : { children: [tree] }) };
  }
  return tree;
}

function fanOf(width, queueName) {
  const children = Array.from({ length: width }, (_, index) => ({ name: 'bench', queueName, data: { n: index + 1 } }));
  return { name: 'bench', queueName, data: { root: true }, children };
}

function taskOf(shape, latency) {
  if (shape.kind === 'fanout') {
    return async (job) => {
      if (job.data.root) return null;
      latency.begin('');
      return await advanceLater(FIRST, turnsOf(job.data.n));
    };
  }
  return async (job) => {
    latency.begin(job.data.id);
    const [value = FIRST] = Object.values(await job.getChildrenValues());
    const next = await advance(value);
    latency.end(job.data.id);
    return next;
  };
}

const STEPS = {
  sequential: (shape, latency) => async (job) => {
    for (let n = job.data.done + 1; n <= shape.length; n++) await advanced(job, latency);
  },
  saga: (shape, latency) => async (job) => {
    try {
      for (let n = 1; n <= shape.done; n++) await advanced(job, latency);
      latency.begin('');
      throw new OutOfStock('nothing left');
    } catch (error) {
      if (!(error instanceof OutOfStock)) throw error;
      await job.updateData({ ...job.data, done: job.data.done + 1, failure: error.message });
    }
    for (let n = shape.done; n >= 1; n--) {
      latency.begin('');
      await job.updateData({ ...job.data, done: job.data.done + 1 });
    }
  },
};

async function advanced(job, latency) {
  latency.begin(job.data.id);
  const value = await advance(job.data.value);
  latency.end(job.data.id);
  await job.updateData({ ...job.data, done: job.data.done + 1, value });
}
