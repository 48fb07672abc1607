import { describe, expect, test } from 'vitest';
import type { CallEnd, Executor, ExecutorChoice, Work } from '../../src/contracts/index.js';
import { defineTask, flowproof, linear, memory, run, serial } from '../../src/index.js';
import { VirtualClock } from '../../src/testing/index.js';
import { Gate } from './gate.js';

const work = defineTask({ name: 'work', provides: ['n'], execute: () => ({ n: 1 }), revert: () => undefined });
const flow = linear('f').add(work).build();

/** Serial, but for what is given here. */
function executor(own: Partial<Executor>): ExecutorChoice {
  return {
    kind: 'mine',
    make: (parts) => ({ ...serial().make(parts), ...own }),
  };
}

const ending = (end: () => unknown): Partial<Executor> => ({
  start: () => ({ end: end() as Promise<CallEnd>, abort: () => undefined, kill: () => undefined }),
});

describe('whatever an executor of a user does, its run goes on', () => {
  test.each<[string, Partial<Executor>, RegExp]>([
    [
      'start throws',
      {
        start: () => {
          throw new Error('no place');
        },
      },
      /^no place$/,
    ],
    ['start gives nothing', { start: () => undefined as never }, /./],
    ['its end rejects', ending(() => Promise.reject(new Error('broken'))), /^broken$/],
    ['its end is nothing', ending(() => undefined), /./],
    ['its end is a word', ending(() => Promise.resolve('done')), /ended a call with 'done'/],
    ['its end is of another kind', ending(() => Promise.resolve({ kind: 'ok' })), /ended a call with/],
    ['its result is no JSON', ending(() => Promise.resolve({ kind: 'result', result: { n: 1n } })), /ended a call with/],
    ['its result is a circle', ending(() => Promise.resolve({ kind: 'result', result: circle() })), /ended a call with/],
    ['its failure is a text', ending(() => Promise.resolve({ kind: 'failure', failure: 'tired' })), /tired/],
    ['its failure is missing', ending(() => Promise.resolve({ kind: 'failure' })), /undefined/],
    ['reading its end throws', ending(() => Promise.resolve(hostile())), /./],
  ])('%s', async (_, own, message) => {
    const result = await run(flow, { executor: executor(own) });
    expect(result.state).toBe('FAILURE');
    expect('failures' in result && result.failures[0]?.failure.message).toMatch(message);
  });
});

function hostile(): object {
  const refuse = (): never => {
    throw new Error('mine');
  };
  // A promise asks what it is resolved with for `then`.
  return new Proxy({}, { get: (_, key) => (key === 'then' ? undefined : refuse()), ownKeys: refuse, getPrototypeOf: refuse });
}

function circle(): object {
  const made: { self?: object } = {};
  made.self = made;
  return made;
}

describe('a call that is told to end', () => {
  /** An executor whose calls note what they are told, and never end. */
  function deaf(told: string[]): Partial<Executor> {
    return {
      start: ({ request }) => ({
        end: new Promise(() => undefined),
        abort: (reason) => void told.push(`${request.path} abort: ${reason.message}`),
        kill: () => void told.push(`${request.path} kill`),
      }),
    };
  }

  test('by a stop is killed when its time is over, and the app has stopped', async () => {
    const told: string[] = [];
    const app = flowproof({ persistence: memory(), flows: [flow], executor: executor(deaf(told)), graceMs: 5 });
    const running = app.run(flow, { id: 'r' });
    running.catch(() => undefined);
    await app.start(flow, { id: 'r' });
    await app.stop();
    await expect(running).rejects.toMatchObject({ code: 'APP_STOPPED' });
    expect(told).toEqual([expect.stringContaining('f/work abort'), 'f/work kill']);
  });

  test('and throws when it is told so, does not keep the app from stopping', async () => {
    const throwing = (): never => {
      throw new Error('mine');
    };
    const own: Partial<Executor> = { start: () => ({ end: new Promise(() => undefined), abort: throwing, kill: throwing }) };
    const app = flowproof({ persistence: memory(), flows: [flow], executor: executor(own), graceMs: 5 });
    await app.start(flow, { id: 'r' });
    await app.stop();
  });
});

describe('a call that was begun before', () => {
  /** What a process leaves that dies with a call under way. */
  async function left(persistence = memory()) {
    const gate = new Gate();
    const own: Partial<Executor> = {
      start(work) {
        void gate.pass();
        return { ...work.callHere(), end: new Promise(() => undefined) };
      },
    };
    const app = flowproof({ persistence, flows: [flow], executor: executor(own), graceMs: 1 });
    await app.start(flow, { id: 'r' });
    await gate.reached;
    return { persistence, app };
  }

  test('is asked for, and its end counts when a place still has it', async () => {
    const { persistence, app } = await left();
    const asked: Work[] = [];
    const own: Partial<Executor> = {
      start: () => {
        throw new Error('begun anew');
      },
      reattach: async (work) => {
        asked.push(work);
        const end: CallEnd = { kind: 'result', result: { n: 7 } };
        return { end: Promise.resolve(end), abort: () => undefined, kill: () => undefined };
      },
    };
    await using next = flowproof({ persistence, flows: [flow], executor: executor(own) });
    expect(await next.resume(flow, 'r', { takeover: 'force' })).toMatchObject({ state: 'SUCCESS', results: { n: 7 } });
    expect(asked.map(({ request }) => [request.path, request.round, request.turn, request.attempt])).toEqual([['f/work', 1, 1, 1]]);
    await app.stop();
  });

  test('is begun anew when no place has it', async () => {
    const { persistence, app } = await left();
    await using next = flowproof({ persistence, flows: [flow], executor: executor({ reattach: async () => undefined }) });
    expect(await next.resume(flow, 'r', { takeover: 'force' })).toMatchObject({ state: 'SUCCESS', results: { n: 1 } });
    await app.stop();
  });

  test('hears that it is to end, though that is said before the place has answered', async () => {
    const { persistence, app } = await left();
    const [gate, told] = [new Gate(), [] as string[]];
    const own: Partial<Executor> = {
      reattach: async () => {
        await gate.pass();
        let end: (end: CallEnd) => void = () => undefined;
        const ended = new Promise<CallEnd>((resolve) => {
          end = resolve;
        });
        const abort = (reason: Error): void => {
          told.push(reason.message);
          end({ kind: 'interrupted', failure: { name: 'Error', message: 'told to end' } });
        };
        return { end: ended, abort, kill: () => undefined };
      },
    };
    await using next = flowproof({ persistence, flows: [flow], executor: executor(own) });
    const running = next.resume(flow, 'r', { takeover: 'force' });
    await gate.reached;
    await next.cancel('r');
    gate.open();
    expect(await running).toMatchObject({ state: 'CANCELLED' });
    expect(told).toEqual(['the run goes back: the result of this call is not wanted']);
    await app.stop();
  });

  test('is left to the next engine by an app that stops before the place has answered', async () => {
    const { persistence, app } = await left();
    const [gate, told] = [new Gate(), [] as string[]];
    const own: Partial<Executor> = {
      reattach: async () => {
        await gate.pass();
        return { end: new Promise(() => undefined), abort: () => void told.push('abort'), kill: () => void told.push('kill') };
      },
    };
    const next = flowproof({ persistence, flows: [flow], executor: executor(own), graceMs: 1 });
    next.resume(flow, 'r', { takeover: 'force' }).catch(() => undefined);
    await gate.reached;
    await next.stop();
    gate.open();
    await new Promise((resolve) => setImmediate(resolve));
    expect(told).toEqual([]);
    await app.stop();
  });

  test.each<[string, Partial<Executor>]>([
    [
      'throws',
      {
        reattach: () => {
          throw new Error('no place');
        },
      },
    ],
    ['rejects', { reattach: () => Promise.reject(new Error('no place')) }],
    ['gives nothing', { reattach: (() => undefined) as never }],
    ['gives null', { reattach: (() => Promise.resolve(null)) as never }],
    ['is no function', { reattach: 'yes' as never }],
    ['gives what can not be read', { reattach: () => Promise.resolve(hostile() as never) }],
  ])('is begun anew where what is asked %s', async (_, own) => {
    const { persistence, app } = await left();
    await using next = flowproof({ persistence, flows: [flow], executor: executor(own) });
    expect(await next.resume(flow, 'r', { takeover: 'force' })).toMatchObject({ state: 'SUCCESS', results: { n: 1 } });
    await app.stop();
  });

  test('is given what says nonsense of when it began: it has its whole time', async () => {
    const { persistence, app } = await left();
    const end: CallEnd = { kind: 'result', result: { n: 7 } };
    const call = { end: Promise.resolve(end), begun: Promise.resolve(Number.NaN), abort: () => undefined, kill: () => undefined };
    await using next = flowproof({ persistence, flows: [flow], executor: executor({ reattach: async () => call }) });
    expect(await next.resume(flow, 'r', { takeover: 'force' })).toMatchObject({ state: 'SUCCESS', results: { n: 7 } });
    await app.stop();
  });
});

describe('what an executor needs', () => {
  test('is opened once, before the first call, and closed when the app stops', async () => {
    const log: string[] = [];
    const own: Partial<Executor> = {
      open: async () => void log.push('open'),
      start: (work) => {
        log.push('start');
        return work.callHere();
      },
      close: async () => void log.push('close'),
    };
    const app = flowproof({ persistence: memory(), flows: [flow], executor: executor(own) });
    await app.runs();
    expect(log).toEqual([]);
    await app.ready();
    await Promise.all([app.run(flow), app.run(flow)]);
    await app.stop();
    await app.stop();
    expect(log).toEqual(['open', 'start', 'start', 'close']);
  });

  test('is not closed where nothing was opened', async () => {
    const log: string[] = [];
    const own: Partial<Executor> = { open: async () => void log.push('open'), close: async () => void log.push('close') };
    const app = flowproof({ persistence: memory(), flows: [flow], executor: executor(own) });
    await app.runs();
    await app.stop();
    expect(log).toEqual([]);
  });

  test('is asked for again when it could not be opened: nothing was written', async () => {
    let opened = 0;
    const own: Partial<Executor> = {
      open: async () => {
        if (opened++ === 0) throw new Error('no room');
      },
    };
    await using app = flowproof({ persistence: memory(), flows: [flow], executor: executor(own) });
    await expect(app.run(flow, { id: 'r' })).rejects.toThrow('no room');
    expect((await app.runs()).runs).toEqual([]);
    expect((await app.run(flow, { id: 'r' })).state).toBe('SUCCESS');
  });

  test('and that is never there, or never gone, does not keep an app from stopping', async () => {
    const never = (): Promise<void> => new Promise(() => undefined);
    const clock = new VirtualClock();
    const app = flowproof({ persistence: memory(), flows: [flow], executor: executor({ open: never, close: never }), clock });
    const running = app.run(flow);
    running.catch(() => undefined);
    await app.runs();
    const stopped = app.stop();
    await expect(running).rejects.toMatchObject({ code: 'APP_STOPPED' });
    for (let seconds = 0; seconds < 30; seconds++) {
      clock.advance(1_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await stopped;
  });
});
