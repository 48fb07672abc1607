import { describe, expect, test } from 'vitest';
import { defineTask, Task, type TaskContext, taskDefinitionOf } from '../../src/authoring/index.js';
import { type AnyOutcome, InterruptedCall, type Work } from '../../src/engine/index.js';
import { callTask } from '../../src/executors/call-task.js';

type Method = 'preExecute' | 'execute' | 'postExecute' | 'preRevert' | 'revert' | 'postRevert';
type Phase = Work['phase'];

const context = { path: 'f/t' } as TaskContext<object>;
const outcome: AnyOutcome = { kind: 'result', result: {}, flowFailures: [] };

/** A task that notes which of its methods are called; some of them fail. */
function noting(has: readonly Method[], failing: readonly Method[], calls: string[]) {
  const method = (name: Method) => [
    name,
    async (...args: readonly unknown[]) => {
      calls.push(args.at(-1) === context ? name : `${name} without its context`);
      if (failing.includes(name)) throw new Error(name);
      return name === 'execute' ? { done: true } : undefined;
    },
  ];
  return Object.fromEntries(has.map(method));
}

async function call(phase: Phase, has: readonly Method[], failing: readonly Method[] = []) {
  const calls: string[] = [];
  const definition = taskDefinitionOf(defineTask({ name: 't', execute: () => {} }));
  if (definition === undefined) throw new Error('no task');
  const task = { ...definition, code: { kind: 'object', target: noting(has, failing, calls) } } as const;
  const common = { task, inputs: {}, context };
  const work: Work = phase === 'execute' ? { phase, ...common } : { phase, ...common, outcome };
  const end = await callTask(work, undefined).catch((thrown: unknown) => thrown);
  return { calls, end };
}

const FORWARD = ['preExecute', 'execute', 'postExecute'] as const;
const BACK = ['preRevert', 'revert', 'postRevert'] as const;

describe('hooks', () => {
  test('are called around execute and around revert, each with the context', async () => {
    expect(await call('execute', [...FORWARD, ...BACK])).toEqual({ calls: FORWARD, end: { done: true } });
    expect(await call('revert', [...FORWARD, ...BACK])).toEqual({ calls: BACK, end: undefined });
  });

  test('may be missing, one or all', async () => {
    expect((await call('execute', ['execute'])).calls).toEqual(['execute']);
    expect((await call('execute', ['execute', 'postExecute'])).calls).toEqual(['execute', 'postExecute']);
    expect((await call('revert', ['preRevert', 'revert'])).calls).toEqual(['preRevert', 'revert']);
  });

  test('a failure before the call prevents it, the hook after it is called', async () => {
    expect(await call('execute', FORWARD, ['preExecute'])).toEqual({
      calls: ['preExecute', 'postExecute'],
      end: new Error('preExecute'),
    });
    expect(await call('revert', BACK, ['preRevert'])).toEqual({ calls: ['preRevert', 'postRevert'], end: new Error('preRevert') });
  });

  test('the first failure is told when the hook after it fails, too', async () => {
    expect((await call('execute', FORWARD, ['execute', 'postExecute'])).end).toEqual(new Error('execute'));
    expect((await call('execute', FORWARD, ['preExecute', 'postExecute'])).end).toEqual(new Error('preExecute'));
  });

  test('a failure after a call that succeeded says that nobody knows what was done', async () => {
    const { calls, end } = await call('execute', FORWARD, ['postExecute']);
    expect(calls).toEqual(FORWARD);
    expect(end).toBeInstanceOf(InterruptedCall);
    expect((end as InterruptedCall).cause).toEqual(new Error('postExecute'));
  });

  test('a failure after a revert is a failure of that revert', async () => {
    expect(await call('revert', BACK, ['postRevert'])).toEqual({ calls: BACK, end: new Error('postRevert') });
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
    await callTask({ phase: 'execute', task, inputs: {}, context }, undefined);
    await callTask({ phase: 'execute', task, inputs: {}, context }, undefined);
    expect(seen).toEqual(['executed after 1', 'executed after 1']);
  });
});
