/**
 * OpenWorkflow. https://openworkflow.dev/docs
 *
 * `openworkflow`: a worker as it comes, which does one workflow at a time. `openworkflow-tuned`: a worker with a
 * `concurrency` of as many as there are flows (https://openworkflow.dev/docs/workers); the pool of connections stays as it
 * comes, as https://openworkflow.dev/docs/postgres advises. Work is found by polling, each 100 ms and more; so is its end by
 * `result()`, each second: what is taken here ends with the workflow's function, seen in its process. Undoing is a `catch`
 * in the workflow.
 */
import { OpenWorkflow } from 'openworkflow';
import { BackendPostgres } from 'openworkflow/postgres';
import pg from 'pg';
import { advance, advanceLater, FIRST, OutOfStock, turnsOf } from '../../build/bench/steps.js';
import { Endings } from './endings.mjs';
import { versionsOf } from './versions.mjs';

export const versions = () => versionsOf('openworkflow', 'postgres');

export async function open({ url, shape, form, latency }) {
  if (shape.kind === 'memory') return { leftOut: 'has no mode without a database' };
  if (shape.kind === 'resume') {
    return form === 'default'
      ? { leftOut: 'goes on when the lease of the dead worker has run out, after 30 s: not waited for' }
      : { same: true };
  }
  const flows = shape.flows ?? 1;
  if (form === 'tuned' && flows === 1) return { same: true };
  if (form === 'default' && flows > 1 && shape.disk === 'slow') {
    return { leftOut: 'does one flow at a time, so that many take as long as in pg-sequential-100x1-slow: not waited for' };
  }
  const backend = await BackendPostgres.connect(url);
  const workflows = new OpenWorkflow({ backend });
  const ended = new Endings();
  const body = BODIES[shape.kind];
  const workflow = workflows.defineWorkflow({ name: 'bench' }, async ({ input, step }) => {
    try {
      return await body({ step, shape, latency, id: input.id });
    } finally {
      ended.one();
    }
  });
  const worker = workflows.newWorker(form === 'tuned' ? { concurrency: flows } : undefined);
  const looking = new pg.Client(url);
  await looking.connect();
  return {
    wake: () => worker.start(),
    rest: () => worker.stop(),
    async run() {
      const all = ended.wait(flows);
      const runs = await Promise.all(Array.from({ length: flows }, (_, index) => workflow.run({ id: `f${index}` })));
      const at = await all;
      return { at, ids: runs.map((run) => run.workflowRun.id), after: () => Promise.all(runs.map((run) => run.result())) };
    },
    async durable(ids) {
      const { rows } = await looking.query(
        `select count(*)::int as n from openworkflow.step_attempts where workflow_run_id = any($1) and status in ('completed', 'failed')`,
        [ids],
      );
      return rows[0].n;
    },
    async close() {
      await worker.stop();
      await looking.end();
      await backend.stop();
    },
  };
}

const BODIES = {
  async sequential({ step, shape, latency, id }) {
    let value = FIRST;
    for (let n = 1; n <= shape.length; n++) value = await advanced(step, latency, id, n, value);
    return value;
  },
  async fanout({ step, shape, latency }) {
    const task = (n) => async () => {
      latency.begin('');
      return await advanceLater(FIRST, turnsOf(n));
    };
    await Promise.all(Array.from({ length: shape.width }, (_, index) => step.run({ name: `s${index + 1}` }, task(index + 1))));
  },
  async saga({ step, shape, latency, id }) {
    let value = FIRST;
    try {
      for (let n = 1; n <= shape.done; n++) value = await advanced(step, latency, id, n, value);
      const last = async () => {
        latency.begin('');
        throw new OutOfStock('nothing left');
      };
      await step.run({ name: 'last', retryPolicy: { maximumAttempts: 1 } }, last);
    } catch {
      for (let n = shape.done; n >= 1; n--) await step.run({ name: `undo-s${n}` }, async () => latency.begin(''));
    }
  },
};

function advanced(step, latency, id, n, value) {
  return step.run({ name: `s${n}` }, async () => {
    latency.begin(id);
    const next = await advance(value);
    latency.end(id);
    return next;
  });
}
