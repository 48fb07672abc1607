/**
 * LangGraph with its PostgresSaver. https://docs.langchain.com/oss/javascript/durable-execution
 *
 * `langgraph`: as it comes, `durability: 'async'`: a step may begin before the one before it is written. `langgraph-sync`:
 * `durability: 'sync'`, which the page above advises for where no step may be lost, and what all others here do; and a pool
 * of a connection a flow. Undoing is a conditional edge: that a step failed is a value of the state.
 */
import { randomUUID } from 'node:crypto';
import { Annotation, END, MemorySaver, START, StateGraph } from '@langchain/langgraph';
import { PostgresSaver } from '@langchain/langgraph-checkpoint-postgres';
import pg from 'pg';
import { advance, advanceLater, FIRST, turnsOf } from '../../build/bench/steps.js';
import { versionsOf } from './versions.mjs';

export const versions = () => versionsOf('@langchain/langgraph', '@langchain/langgraph-checkpoint-postgres');

const State = Annotation.Root({
  value: Annotation(),
  failed: Annotation(),
  results: Annotation({ reducer: (all, more) => all.concat(more), default: () => [] }),
});

export async function open({ url, shape, form, latency }) {
  if (shape.kind === 'memory' && form === 'tuned') return { same: true };
  if (shape.kind === 'resume') {
    return form === 'tuned'
      ? {}
      : { leftOut: 'its checkpoints are written behind the steps: of so quick ones there may be none yet; see langgraph-sync' };
  }
  const durability = form === 'tuned' ? 'sync' : undefined;
  const pool =
    shape.kind === 'memory'
      ? undefined
      : new pg.Pool({ connectionString: url, max: form === 'tuned' ? Math.max(10, shape.flows ?? 1) : 10 });
  const checkpointer = pool === undefined ? new MemorySaver() : new PostgresSaver(pool);
  await checkpointer.setup?.();
  const graph = GRAPHS[shape.kind](shape, latency).compile({ checkpointer });
  return {
    async run() {
      const ids = Array.from({ length: shape.flows ?? 1 }, () => randomUUID());
      await Promise.all(ids.map((id) => graph.invoke({ value: FIRST }, how(id, shape, durability))));
      return { ids };
    },
    async durable(ids) {
      if (pool === undefined) return undefined;
      // A superstep is a checkpoint; those of one superstep are told by what they have written.
      const text =
        shape.kind === 'fanout'
          ? `select count(distinct task_id)::int as n from checkpoint_writes where thread_id = any($1) and channel = 'results'`
          : `select count(*)::int as n from checkpoints where thread_id = any($1) and (metadata->>'step')::int > 0`;
      const { rows } = await pool.query(text, [ids]);
      return rows[0].n;
    },
    async close() {
      await pool?.end();
    },
  };
}

/** The caller has to know the thread and go on with it: an invocation without input does. */
export async function resume({ url, id, phase, shape, latency }) {
  const pool = new pg.Pool({ connectionString: url });
  const checkpointer = new PostgresSaver(pool);
  await checkpointer.setup();
  const killedIn = phase === 'start' ? shape.killedIn : undefined;
  const graph = GRAPHS.sequential(shape, latency, killedIn).compile({ checkpointer });
  const from = performance.now();
  const { value } = await graph.invoke(phase === 'start' ? { value: FIRST } : null, how(id, shape, 'sync'));
  if (value.n !== shape.length) throw new Error(`it ended with ${value.n}`);
  const ms = performance.now() - from;
  await pool.end();
  return { ms, called: latency.take().calls };
}

function how(id, { length = 100 }, durability) {
  return { configurable: { thread_id: id }, recursionLimit: length + 50, ...(durability === undefined ? {} : { durability }) };
}

const GRAPHS = {
  sequential: (shape, latency, killedIn) =>
    row(Array.from({ length: shape.length }, (_, index) => [`s${index + 1}`, advancing(latency, killedIn)])),
  memory: (shape, latency) => GRAPHS.sequential(shape, latency),
  fanout(shape, latency) {
    let graph = new StateGraph(State);
    for (let n = 1; n <= shape.width; n++) {
      const task = async ({ value }) => {
        latency.begin('');
        return { results: [await advanceLater(value, turnsOf(n))] };
      };
      graph = graph.addNode(`s${n}`, task).addEdge(START, `s${n}`).addEdge(`s${n}`, END);
    }
    return graph;
  },
  saga(shape, latency) {
    const call = (answer) => async () => {
      latency.begin('');
      return answer;
    };
    const doing = Array.from({ length: shape.done }, (_, index) => [`s${index + 1}`, advancing(latency)]);
    const undoing = doing.map(([name]) => [`undo-${name}`, call({})]).reverse();
    const last = `undo-s${shape.done}`;
    const graph = row([...doing, ['last', call({ failed: 'nothing left' })]], false);
    for (const [name, node] of undoing) graph.addNode(name, node);
    graph.addConditionalEdges('last', ({ failed }) => (failed === undefined ? END : last), [END, last]);
    for (const [index, [name]] of undoing.entries()) graph.addEdge(name, undoing[index + 1]?.[0] ?? END);
    return graph;
  },
};

function advancing(latency, killedIn) {
  return async ({ value }, { configurable }) => {
    latency.begin(configurable.thread_id);
    if (value.n + 1 === killedIn) process.kill(process.pid, 'SIGKILL');
    const next = await advance(value);
    latency.end(configurable.thread_id);
    return { value: next };
  };
}

function row(nodes, ends = true) {
  const graph = new StateGraph(State);
  for (const [name, node] of nodes) graph.addNode(name, node);
  for (const [index, [name]] of nodes.entries()) graph.addEdge(nodes[index - 1]?.[0] ?? START, name);
  if (ends) graph.addEdge(nodes.at(-1)[0], END);
  return graph;
}
