/**
 * Mastra's workflows with PostgresStore. https://mastra.ai/docs/workflows/overview
 *
 * `mastra`: as it comes. `mastra-tuned`: without checking the inputs of each step (`validateInputs: false`,
 * https://mastra.ai/reference/workflows/workflow) and with a pool of a connection a flow (`max`,
 * https://mastra.ai/integrations/databases/postgresql; the default is 20). Undoing is a second workflow that the caller
 * starts when the first has failed.
 */
import { randomUUID } from 'node:crypto';
import { Mastra } from '@mastra/core';
import { createStep, createWorkflow } from '@mastra/core/workflows';
import { PostgresStore } from '@mastra/pg';
import pg from 'pg';
import { z } from 'zod';
import { advance, advanceLater, FIRST, OutOfStock, turnsOf } from '../../build/bench/steps.js';
import { versionsOf } from './versions.mjs';

export const node = '>=22.13';
export const versions = () => versionsOf('@mastra/core', '@mastra/pg');

const Value = z.object({ n: z.number(), label: z.string() });

export async function open({ url, shape, form, latency }) {
  const tuned = form === 'tuned';
  if (tuned && (shape.kind === 'memory' || shape.kind === 'resume')) return { same: true };
  if (shape.kind === 'resume') return {};
  const options = tuned ? { validateInputs: false } : {};
  const workflows = Object.fromEntries(WORKFLOWS[shape.kind](shape, latency, options).map((workflow) => [workflow.id, workflow]));
  const storage = shape.kind === 'memory' ? undefined : await stored(url, tuned ? { max: Math.max(20, shape.flows ?? 1) } : {});
  const mastra = new Mastra({ workflows, logger: false, ...(storage === undefined ? {} : { storage }) });
  const start = async (name, runId) => (await mastra.getWorkflow(name).createRun({ runId })).start({ inputData: FIRST });
  const looking = storage === undefined ? undefined : new pg.Client(url);
  await looking?.connect();
  return {
    async run() {
      const ids = Array.from({ length: shape.flows ?? 1 }, () => randomUUID());
      const results = await Promise.all(ids.map((id) => start('bench', id)));
      if (shape.kind === 'saga') {
        ids.push(randomUUID());
        results.push(await start('undo', ids[1]));
      }
      const wrong = results.find(({ status }, index) => status !== (shape.kind === 'saga' && index === 0 ? 'failed' : 'success'));
      if (wrong !== undefined) throw new Error(`a workflow ended ${wrong.status}: ${wrong.error?.message}`);
      return { ids };
    },
    async durable(ids) {
      if (looking === undefined) return undefined;
      const { rows } = await looking.query(
        `select count(*)::int as n from mastra_workflow_snapshot, jsonb_each(snapshot::jsonb->'context') step
         where run_id = any($1) and step.key <> 'input' and step.value->>'status' in ('success', 'failed')`,
        [ids],
      );
      return rows[0].n;
    },
    async close() {
      await looking?.end();
      await storage?.close();
    },
  };
}

/** The caller has to know the run and restart it. */
export async function resume({ url, id, phase, shape, latency }) {
  const [bench] = WORKFLOWS.sequential(shape, latency, {}, phase === 'start' ? shape.killedIn : undefined);
  const storage = await stored(url);
  const mastra = new Mastra({ workflows: { bench }, logger: false, storage });
  const from = performance.now();
  const run = await mastra.getWorkflow('bench').createRun({ runId: id });
  const { status } = phase === 'start' ? await run.start({ inputData: FIRST }) : await run.restart();
  if (status !== 'success') throw new Error(`it ended ${status}`);
  const ms = performance.now() - from;
  await storage.close();
  return { ms, called: latency.take().calls };
}

async function stored(connectionString, more = {}) {
  const storage = new PostgresStore({ id: 'bench', connectionString, ...more });
  await storage.init();
  return storage;
}

const WORKFLOWS = {
  sequential: (shape, latency, options, killedIn) => [
    row(
      'bench',
      options,
      Array.from({ length: shape.length }, (_, index) => step(`s${index + 1}`, advancing(latency, killedIn))),
    ),
  ],
  memory: (shape, latency, options) => WORKFLOWS.sequential(shape, latency, options),
  fanout(shape, latency, options) {
    const tasks = Array.from({ length: shape.width }, (_, index) =>
      step(`s${index + 1}`, async ({ inputData }) => {
        latency.begin('');
        return await advanceLater(inputData, turnsOf(index + 1));
      }),
    );
    return [createWorkflow({ id: 'bench', inputSchema: Value, outputSchema: z.any(), options }).parallel(tasks).commit()];
  },
  saga(shape, latency, options) {
    const doing = Array.from({ length: shape.done }, (_, index) => step(`s${index + 1}`, advancing(latency)));
    const failing = step('last', async () => {
      latency.begin('');
      throw new OutOfStock('nothing left');
    });
    const undone = async ({ inputData }) => {
      latency.begin('');
      return inputData;
    };
    const undoing = Array.from({ length: shape.done }, (_, index) => step(`undo-s${shape.done - index}`, undone));
    return [row('bench', options, [...doing, failing]), row('undo', options, undoing)];
  },
};

function advancing(latency, killedIn) {
  return async ({ inputData, runId }) => {
    latency.begin(runId);
    if (inputData.n + 1 === killedIn) process.kill(process.pid, 'SIGKILL');
    const next = await advance(inputData);
    latency.end(runId);
    return next;
  };
}

function step(id, execute) {
  return createStep({ id, inputSchema: Value, outputSchema: Value, execute });
}

function row(id, options, steps) {
  let workflow = createWorkflow({ id, inputSchema: Value, outputSchema: Value, options });
  for (const one of steps) workflow = workflow.then(one);
  return workflow.commit();
}
