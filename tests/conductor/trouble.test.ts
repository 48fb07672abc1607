import { describe, expect, test, vi } from 'vitest';
import type { BoardSession, JobBoard } from '../../src/boards/index.js';
import { BoardError, type Clock, memory, memoryBoard, type Persistence, PersistenceError } from '../../src/index.js';
import { Gate } from '../app/gate.js';
import { order, station } from './station.js';

describe('a conductor in trouble', () => {
  /** A board whose calls fail while it is away. */
  function fragile(): { readonly board: JobBoard; away: boolean; readonly sessions: BoardSession[] } {
    const inner = memoryBoard();
    const sessions: BoardSession[] = [];
    const control = { away: false, sessions, board: inner };
    const demand = (): void => {
      if (control.away) throw new BoardError('BOARD_UNREACHABLE', 'the board is away');
    };
    const guarded = <Target extends object>(target: Target): Target =>
      new Proxy(target, {
        get(of, name) {
          const value = Reflect.get(of, name, of);
          if (typeof value !== 'function') return value;
          return async (...args: unknown[]) => {
            demand();
            const answer = await value.apply(of, args);
            if (name !== 'join') return answer;
            sessions.push(answer);
            return guarded(answer);
          };
        },
      });
    const board = guarded(inner);
    Object.assign(control, { board: Object.assign(Object.create(board), { name: 'fragile', watch: () => () => undefined }) });
    return control;
  }

  test('waits for a board that is away, says so, and begins when it is back', async () => {
    const control = fragile();
    control.away = true;
    const { app, conductor, events } = station({ board: control.board });
    const started = conductor.start();
    await vi.waitFor(() =>
      expect(conductor.state()).toMatchObject({ status: 'waiting', isReady: false, failure: { code: 'BOARD_UNREACHABLE' } }),
    );
    control.away = false;
    await started;
    expect(conductor.state()).toMatchObject({ status: 'ready', isReady: true });
    expect(conductor.state().failure).toBeUndefined();
    const run = await app.post(order, { id: 'a', inputs: { n: 1 } });
    expect((await run.result()).state).toBe('SUCCESS');
    expect(events.flatMap((event) => (event.type === 'conductor' ? [event.status] : []))).toEqual(['waiting', 'ready']);
  });

  test('says again what became of a job when the board gave no answer', async () => {
    const control = fragile();
    const gate = new Gate();
    const { app, conductor, outcomes, board } = station({ board: control.board, gate });
    await conductor.start();
    await app.post(order, { id: 'a', inputs: { n: 1 } });
    await gate.reached;
    control.away = true;
    gate.open();
    await vi.waitFor(() => expect(conductor.state().status).toBe('waiting'));
    control.away = false;
    await vi.waitFor(() => expect(outcomes()).toEqual(['a claimed', 'a consumed']));
    expect((await board.counts()).claimed).toBe(0);
  });

  test('stops the run of a claim whose session is lost, says nothing of the job, and joins anew', async () => {
    const control = fragile();
    const gate = new Gate();
    const { app, conductor, outcomes, log } = station({ board: control.board, gate });
    await conductor.start();
    await app.post(order, { id: 'a', inputs: { n: 1 } });
    await gate.reached;
    // As a server does that forgets its sessions.
    await control.sessions[0]?.leave();
    gate.open();
    await vi.waitFor(() => expect(outcomes()).toContain('a consumed'));
    expect(outcomes()).toEqual(['a claimed', 'a lost', 'a claimed', 'a consumed']);
    expect(control.sessions).toHaveLength(2);
    expect(log).toEqual(['work 1', 'after 2']);
  });

  test('goes on when it claims a job again while its own engine of before is still ending', async () => {
    const control = fragile();
    const gate = new Gate();
    const { app, conductor, outcomes, log } = station({ board: control.board, gate });
    await conductor.start();
    const run = await app.post(order, { id: 'a', inputs: { n: 1 } });
    await gate.reached;
    await control.sessions[0]?.leave();
    await vi.waitFor(() => expect(outcomes().filter((outcome) => outcome === 'a claimed')).toHaveLength(2));
    gate.open();
    expect(await run.result()).toMatchObject({ state: 'SUCCESS' });
    await vi.waitFor(() => expect(outcomes()).toContain('a consumed'));
    expect(conductor.state().status).toBe('ready');
    expect(log).toEqual(['work 1', 'after 2']);
  });

  test('gives jobs back uncounted while the store is away, and claims no more of them meanwhile', async () => {
    const persistence = memory();
    let away = false;
    const failing: Persistence = {
      ...persistence,
      connect() {
        const journal = persistence.connect();
        const { createRun } = journal;
        journal.createRun = async (params) => {
          if (away) throw new PersistenceError('STORE_SCHEMA', 'no tables');
          return createRun.call(journal, params);
        };
        return journal;
      },
    };
    const { app, board, conductor, outcomes } = station({ persistence: failing, options: { concurrency: 1 } });
    await conductor.start();
    away = true;
    await app.post(order, { id: 'a', inputs: { n: 1 } });
    await app.post(order, { id: 'b', inputs: { n: 1 } });
    await vi.waitFor(() => expect(conductor.state()).toMatchObject({ status: 'waiting', failure: { code: 'STORE_SCHEMA' } }));
    expect(outcomes()).toEqual(['a claimed', 'a abandoned']);
    expect((await board.job('a'))?.losses).toBe(0);
    away = false;
    await vi.waitFor(() => expect(outcomes()).toEqual(expect.arrayContaining(['a consumed', 'b consumed'])), { timeout: 40_000 });
    expect(conductor.state().status).toBe('ready');
  });

  test('does not start with what waiting does not help', async () => {
    const board = memoryBoard();
    const refusing = Object.assign(Object.create(board), {
      open: () => Promise.reject(new BoardError('BOARD_REFUSED', 'wrong password')),
      watch: () => () => undefined,
    });
    const { conductor } = station({ board: refusing });
    await expect(conductor.start()).rejects.toMatchObject({ code: 'BOARD_REFUSED' });
    await vi.waitFor(() => expect(conductor.state()).toMatchObject({ status: 'stopped', failure: { code: 'BOARD_REFUSED' } }));
  });

  test('ends within bounds when its board never answers', async () => {
    const silent = Object.assign(Object.create(memoryBoard()), {
      open: () => new Promise(() => undefined),
      watch: () => () => undefined,
      close: () => new Promise(() => undefined),
    });
    const clock: Clock = {
      nowMs: () => Date.now(),
      monotonicMs: () => performance.now(),
      after(delayMs, callback) {
        const timer = setTimeout(callback, delayMs / 100);
        return () => clearTimeout(timer);
      },
    };
    const { conductor } = station({ board: silent, app: { clock } });
    void conductor.start();
    await conductor.stop();
    expect(conductor.state().status).toBe('stopped');
  });
});
