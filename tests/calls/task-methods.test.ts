import { describe, expect, test } from 'vitest';
import { defineTask, Task, type TaskContext, type TaskDefinition, taskDefinitionOf } from '../../src/authoring/index.js';
import { type CallEnd, type CallPort, type CallRegistry, type ExecuteRequest, runCall, type TaskRequest } from '../../src/calls/index.js';
import { jsonCodec } from '../../src/model/codec/json-codec.js';

type Method = 'preExecute' | 'execute' | 'postExecute' | 'preRevert' | 'revert' | 'postRevert';
type Phase = TaskRequest['phase'];

const IDENTITY: Omit<ExecuteRequest, 'phase'> = {
  ...{ of: 'task', task: 't', version: 1, runId: 'r', key: 'r', flow: 'f', fingerprint: '', path: 'f/t', atom: 0 },
  ...{ round: 1, turn: 1, attempt: 1, idempotencyKey: 'k', fence: 0, inputs: {} },
};

const port: CallPort = {
  signal: new AbortController().signal,

  save: () => Promise.resolve(),
  progress: () => undefined,
  heartbeat: () => undefined,
  emit: () => undefined,
};

/** Makes one call of a task with this code. */
function called(phase: Phase, task: TaskDefinition): Promise<CallEnd> {
  const registry = { codec: jsonCodec, services: {}, task: () => ({ task, outputs: task.provides }) } as unknown as CallRegistry;
  const request: TaskRequest =
    phase === 'execute' ? { ...IDENTITY, phase } : { ...IDENTITY, phase, outcome: { kind: 'result', result: {}, flowFailures: [] } };
  return runCall(request, registry, port);
}

/** A task that notes which of its methods are called; some of them fail. */
function noting(has: readonly Method[], failing: readonly Method[], calls: string[]) {
  const method = (name: Method) => [
    name,
    async (...args: readonly unknown[]) => {
      calls.push((args.at(-1) as TaskContext<object>).path === 'f/t' ? name : `${name} without its context`);
      if (failing.includes(name)) throw new Error(name);
      return name === 'execute' ? { done: true } : undefined;
    },
  ];
  return Object.fromEntries(has.map(method));
}

async function call(phase: Phase, has: readonly Method[], failing: readonly Method[] = []) {
  const calls: string[] = [];
  const definition = taskDefinitionOf(defineTask({ name: 't', provides: ['done'], execute: () => ({ done: true }) }));
  if (definition === undefined) throw new Error('no task');
  const end = await called(phase, { ...definition, code: { kind: 'object', target: noting(has, failing, calls) } });
  return { calls, end: 'failure' in end ? `${end.kind}: ${end.failure.message}` : end };
}

const FORWARD = ['preExecute', 'execute', 'postExecute'] as const;
const BACK = ['preRevert', 'revert', 'postRevert'] as const;

describe('hooks', () => {
  test('are called around execute and around revert, each with the context', async () => {
    expect(await call('execute', [...FORWARD, ...BACK])).toEqual({ calls: FORWARD, end: { kind: 'result', result: { done: true } } });
    expect(await call('revert', [...FORWARD, ...BACK])).toEqual({ calls: BACK, end: { kind: 'result' } });
  });

  test('may be missing, one or all', async () => {
    expect((await call('execute', ['execute'])).calls).toEqual(['execute']);
    expect((await call('execute', ['execute', 'postExecute'])).calls).toEqual(['execute', 'postExecute']);
    expect((await call('revert', ['preRevert', 'revert'])).calls).toEqual(['preRevert', 'revert']);
  });

  test('a failure before the call prevents it, the hook after it is called', async () => {
    expect(await call('execute', FORWARD, ['preExecute'])).toEqual({
      calls: ['preExecute', 'postExecute'],
      end: 'failure: preExecute',
    });
    expect(await call('revert', BACK, ['preRevert'])).toEqual({ calls: ['preRevert', 'postRevert'], end: 'failure: preRevert' });
  });

  test('the first failure is told when the hook after it fails, too', async () => {
    expect((await call('execute', FORWARD, ['execute', 'postExecute'])).end).toBe('failure: execute');
    expect((await call('execute', FORWARD, ['preExecute', 'postExecute'])).end).toBe('failure: preExecute');
  });

  test('a failure after a call that succeeded says that nobody knows what was done', async () => {
    const { calls, end } = await call('execute', FORWARD, ['postExecute']);
    expect(calls).toEqual(FORWARD);
    expect(end).toBe('interrupted: postExecute');
  });

  test('a failure after a revert is a failure of that revert', async () => {
    expect(await call('revert', BACK, ['postRevert'])).toEqual({ calls: BACK, end: 'failure: postRevert' });
  });

  test('of a class are its methods, on the instance that is called', async () => {
    const seen: string[] = [];
    @Task({ name: 'counted' })
    class Counted {
      #count = 0;
      preExecute() {
        this.#count += 1;
      }
      execute() {
        seen.push(`executed after ${this.#count}`);
      }
    }
    const task = taskDefinitionOf(Counted);
    if (task === undefined) throw new Error('no task');
    await called('execute', task);
    await called('execute', task);
    expect(seen).toEqual(['executed after 1', 'executed after 1']);
  });
});
