import { describe, expect, test, vi } from 'vitest';
import type { JobBoard } from '../../src/boards/index.js';
import { type Conductor, conductor, defineTask, flowproof, linear, memory, memoryBoard } from '../../src/index.js';
import { countTicks } from '../app/count-ticks.js';
import { Gate } from '../app/gate.js';
import { order, station, stops } from './station.js';

describe('a conductor that stops', () => {
  test('lets go of its runs between two tasks: another one goes on, and nothing is done twice', async () => {
    const gate = new Gate();
    const [persistence, board] = [memory(), memoryBoard()];
    const first = station({ persistence, board, gate });
    await first.conductor.start();
    await first.app.post(order, { id: 'a', inputs: { n: 1 } });
    await gate.reached;
    const stopped = first.conductor.stop();
    gate.open();
    await stopped;
    expect(first.conductor.state()).toMatchObject({ status: 'stopped', isReady: false, jobs: [] });
    expect(first.outcomes()).toEqual(['a claimed', 'a abandoned']);
    expect(await board.job('a')).toMatchObject({ state: 'free', losses: 0 });
    // The app that has let it go goes on with other things.
    expect((await first.app.run(order, { inputs: { n: 5 } })).state).toBe('SUCCESS');
    const second = station({ persistence, board });
    await second.conductor.start();
    expect(await second.app.handle('a').result()).toMatchObject({ state: 'SUCCESS' });
    expect([first.log, second.log]).toEqual([['work 1', 'work 5', 'after 10'], ['after 2']]);
  });

  test('lets who waits in its own app wait on, for whoever goes on with the run', async () => {
    const gate = new Gate();
    const [persistence, board] = [memory(), memoryBoard()];
    // Its app recovers, and leaves this run to others all the same.
    const ticks = countTicks(persistence);
    const first = station({ persistence: ticks.persistence, board, gate, app: { recover: true, leaseMs: 1_500 } });
    await first.conductor.start();
    await first.app.post(order, { id: 'a', inputs: { n: 1 } });
    await gate.reached;
    const result = first.app.handle('a').result();
    const stopped = first.conductor.stop();
    gate.open();
    await stopped;
    // Twice it looks for what others have left.
    ticks.count();
    await ticks.two;
    const second = station({ persistence, board });
    await second.conductor.start();
    expect(await result).toMatchObject({ state: 'SUCCESS' });
    expect([first.log, second.log]).toEqual([['work 1'], ['after 2']]);
  });

  test('frees a run whose task outlasts its grace, though its app goes on', async () => {
    const gate = new Gate();
    const [persistence, board] = [memory(), memoryBoard()];
    const first = station({ persistence, board, gate });
    await first.conductor.start();
    const run = await first.app.post(order, { id: 'a', inputs: { n: 1 } });
    await gate.reached;
    await first.conductor.stop({ graceMs: 20 });
    const second = station({ persistence, board });
    await second.conductor.start();
    expect(await run.result()).toMatchObject({ state: 'SUCCESS' });
    expect(second.log).toEqual(['work 1', 'after 2']);
    gate.open();
  });

  test('ends the runs that it has when it drains, and claims no others', async () => {
    const gate = new Gate();
    const { app, board, conductor, log } = station({ gate });
    await conductor.start();
    const run = await app.post(order, { id: 'a', inputs: { n: 1 } });
    await gate.reached;
    const stopped = conductor.stop({ mode: 'drain' });
    await app.post(order, { id: 'b', inputs: { n: 2 } });
    gate.open();
    await stopped;
    expect(await run.state()).toBe('SUCCESS');
    expect(await board.job('b')).toMatchObject({ state: 'free', attempts: 0 });
    expect(log).toEqual(['work 1', 'after 2']);
  });

  test('ends within its grace, though a task does not, and gives the job back', async () => {
    const gate = new Gate();
    const { app, board, conductor } = station({ gate });
    await conductor.start();
    await app.post(order, { id: 'a', inputs: { n: 1 } });
    await gate.reached;
    await conductor.stop({ graceMs: 20 });
    expect(await board.job('a')).toMatchObject({ state: 'free' });
    gate.open();
  });

  test('stops with its app, and gives back what it has', async () => {
    const gate = new Gate();
    const board = memoryBoard();
    const { app, conductor, outcomes } = station({ board, gate });
    const keeper = conductorOn(board);
    await conductor.start();
    await keeper.start();
    await app.post(order, { id: 'a', inputs: { n: 1 } });
    await gate.reached;
    const stopped = app.stop();
    gate.open();
    await stopped;
    await vi.waitFor(() => expect(conductor.state().status).toBe('stopped'));
    expect(outcomes()).toEqual(['a claimed', 'a abandoned']);
  });

  test('that never started stops, and starts no more', async () => {
    const { conductor } = station();
    await conductor.stop();
    await expect(conductor.start()).rejects.toThrow('make another one');
  });

  /** Another conductor, of another app, that keeps the board open and wants nothing of it. */
  function conductorOn(board: JobBoard): Conductor {
    const nothing = linear('nothing')
      .add(defineTask({ name: 'none', execute: async () => undefined }))
      .build();
    const app = flowproof({ persistence: memory(), flows: [nothing] });
    const keeping = conductor(app, { board });
    stops.push(
      () => app.stop(),
      () => keeping.stop(),
    );
    return keeping;
  }
});
