/**
 * DBOS Transact. https://docs.dbos.dev/typescript/tutorials/workflow-tutorial
 *
 * `dbos`: as the tutorial has it. `dbos-tuned`: with as many connections as there are steps at a time
 * (`systemDatabasePoolSize`, https://docs.dbos.dev/typescript/reference/configuration; the default is 10).
 * Undoing is a `catch` in the workflow: DBOS has nothing of its own for it. Parallel steps are begun in order and awaited
 * together, as the tutorial tells.
 */
import { randomUUID } from 'node:crypto';
import { DBOS } from '@dbos-inc/dbos-sdk';
import pg from 'pg';
import { advance, advanceLater, FIRST, OutOfStock, turnsOf } from '../../build/bench/steps.js';
import { versionsOf } from './versions.mjs';

export const versions = () => versionsOf('@dbos-inc/dbos-sdk');

/** Set by who opens; workflows are registered before. */
let latency;
let killedIn = Number.POSITIVE_INFINITY;

async function step(value) {
  latency.begin(DBOS.workflowID);
  if (value.n + 1 === killedIn) process.kill(process.pid, 'SIGKILL');
  const next = await advance(value);
  latency.end(DBOS.workflowID);
  return next;
}

const chain = DBOS.registerWorkflow(
  async (length) => {
    let value = FIRST;
    for (let n = 1; n <= length; n++) {
      const before = value;
      value = await DBOS.runStep(() => step(before), { name: `s${n}` });
    }
    return value;
  },
  { name: 'chain' },
);

const fan = DBOS.registerWorkflow(
  async (width) => {
    const task = (n) => async () => {
      latency.begin('');
      return await advanceLater(FIRST, turnsOf(n));
    };
    await Promise.all(Array.from({ length: width }, (_, index) => DBOS.runStep(task(index + 1), { name: `s${index + 1}` })));
  },
  { name: 'fan' },
);

const saga = DBOS.registerWorkflow(
  async (done) => {
    let value = FIRST;
    const undo = [];
    try {
      for (let n = 1; n <= done; n++) {
        const before = value;
        value = await DBOS.runStep(() => step(before), { name: `s${n}` });
        undo.push(n);
      }
      await DBOS.runStep(
        async () => {
          latency.begin('');
          throw new OutOfStock('nothing left');
        },
        { name: 'last' },
      );
    } catch {
      for (const n of undo.reverse()) await DBOS.runStep(async () => latency.begin(''), { name: `undo-s${n}` });
    }
  },
  { name: 'saga' },
);

const WORKFLOWS = { sequential: chain, fanout: fan, saga };

export async function open({ url, shape, form, latency: taken }) {
  latency = taken;
  if (shape.kind === 'memory') return { leftOut: 'has no mode without a database' };
  const atOnce = shape.kind === 'fanout' ? shape.width : (shape.flows ?? 1);
  if (form === 'tuned' && atOnce === 1) return { same: true };
  if (shape.kind === 'resume') return {};
  configure(url, form === 'tuned' ? { systemDatabasePoolSize: Math.min(32, atOnce) } : {});
  await DBOS.launch();
  const looking = new pg.Client(url);
  await looking.connect();
  const workflow = WORKFLOWS[shape.kind];
  const size = shape.length ?? shape.width ?? shape.done;
  return {
    async run() {
      const ids = Array.from({ length: shape.flows ?? 1 }, () => randomUUID());
      await Promise.all(ids.map(async (workflowID) => (await DBOS.startWorkflow(workflow, { workflowID })(size)).getResult()));
      return { ids };
    },
    async durable(ids) {
      const { rows } = await looking.query('select count(*)::int as n from dbos.operation_outputs where workflow_uuid = any($1)', [ids]);
      return rows[0].n;
    },
    async close() {
      await looking.end();
      await DBOS.shutdown();
    },
  };
}

/** A restarted program launches again: DBOS finds by itself what the process of the same name had begun. */
export async function resume({ url, id, phase, shape, latency: taken }) {
  latency = taken;
  if (phase === 'start') killedIn = shape.killedIn;
  configure(url);
  const from = performance.now();
  await DBOS.launch();
  const handle = phase === 'start' ? await DBOS.startWorkflow(chain, { workflowID: id })(shape.length) : DBOS.retrieveWorkflow(id);
  await handle.getResult();
  return { ms: performance.now() - from, called: latency.take().calls };
}

function configure(systemDatabaseUrl, more = {}) {
  DBOS.setConfig({ name: 'bench', systemDatabaseUrl, logLevel: 'error', executorID: 'bench', applicationVersion: '1', ...more });
}
