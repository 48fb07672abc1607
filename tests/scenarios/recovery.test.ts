import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describePglite } from '../support/pglite.js';
import { describePostgres } from '../support/postgres.js';
import type { Orders } from './engine-process.js';
import { EngineProcess, effectsIn, engineProgram, worksOf } from './processes.js';

const directory = mkdtempSync(join(tmpdir(), 'flowproof-recovery-'));
let program = '';
beforeAll(async () => {
  program = await engineProgram('recovery');
});
const started: EngineProcess[] = [];
afterAll(async () => {
  for (const { child } of started) child.kill('SIGKILL');
  await Promise.all(started.map(({ exited }) => exited));
  rmSync(directory, { recursive: true, force: true });
});

const FORWARD = ['do a', 'do b', 'do c', 'do d', 'do e', 'do f'];
/** A lease that no test waits for. */
const LONG_MS = 600_000;
const isReady = ({ ready }: { readonly ready?: true }): boolean => ready === true;

/** Processes of one store, and what their tasks did. */
function world(name: string, store: Orders['store']) {
  const effects = join(directory, `${name}.effects`);
  const process = (more: Partial<Orders>): EngineProcess => {
    const one = new EngineProcess(program, { store, effects, action: 'serve', id: name, leaseMs: LONG_MS, ...more });
    started.push(one);
    return one;
  };
  const server = async (more: Partial<Orders> = {}): Promise<EngineProcess> => {
    const one = process({ action: 'serve', ...more });
    await one.until(isReady);
    return one;
  };
  const stopped = async (one: EngineProcess): Promise<void> => {
    one.child.kill('SIGTERM');
    await one.until(({ stopped }) => stopped === true);
    await one.exited;
  };
  return { process, server, stopped, done: () => effectsIn(effects) };
}

/** A process begins a run and waits in its third task until it may go on; a new one is up by then. */
async function inMidRun(name: string, store: Orders['store'], more: Partial<Orders> = {}) {
  const { process, server, ...rest } = world(name, store);
  const until = join(directory, `${name}.go`);
  const old = process({ action: 'work', inTask: { name: 'c', does: 'wait', until }, ...more });
  await old.until((said) => said.in === 'c');
  return { old, go: () => writeFileSync(until, ''), process, server, ...rest };
}

describePostgres('what a process of PostgreSQL leaves', (database) => {
  const store = (): Orders['store'] => ({ postgres: database().url });
  const isEnd = (id: string) => (said: { readonly run?: string; readonly state?: string }) => said.run === id && said.state === 'SUCCESS';

  test('a rolling deploy: the new process is up, the old one is sent SIGTERM in mid-run, and its run goes on in the new one', async () => {
    const { old, go, server, stopped, done } = await inMidRun('deploy', store(), { graceMs: 60_000 });
    const next = await server();
    old.child.kill('SIGTERM');
    go();
    expect((await old.until(({ error }) => error !== undefined)).error).toBe('APP_STOPPED');
    await next.until(({ recovery }) => recovery === 'deploy');
    await next.until(isEnd('deploy'));
    await old.exited;
    await stopped(next);
    // The task that was under way has ended where it began: nothing was done twice.
    expect(done().map(({ phase, name }) => `${phase} ${name}`)).toEqual(FORWARD);
  });

  test('a task that outlasts the grace of its process is called again in another one, as soon as that is over', async () => {
    const { old, go, server, stopped, done } = await inMidRun('beyond', store(), { graceMs: 1 });
    const next = await server();
    old.child.kill('SIGTERM');
    await next.until(isEnd('beyond'));
    go();
    await stopped(next);
    expect(worksOf(done())).toEqual(FORWARD);
    expect(done().filter(({ name }) => name === 'c')).toHaveLength(2);
  });

  test('killed: seen by its lock, long before its lease is over', async () => {
    const { old, server, stopped, done } = await inMidRun('killed', store());
    const next = await server();
    old.child.kill('SIGKILL');
    await next.until(isEnd('killed'));
    await stopped(next);
    expect(worksOf(done())).toEqual(FORWARD);
  });

  test('frozen: taken up when its lease is over; thawed, it does nothing more', async () => {
    const { old, go, server, stopped, done } = await inMidRun('frozen', store(), { leaseMs: 400 });
    const next = await server();
    old.child.kill('SIGSTOP');
    await old.frozen();
    await next.until(isEnd('frozen'));
    go();
    old.thaw();
    expect((await old.until(({ error }) => error !== undefined)).error).toBe('STALE_RUN');
    await stopped(next);
    expect(worksOf(done())).toEqual(FORWARD);
  });

  test('nothing, when it has run what it was to run: that it would take up more keeps no process alive', async () => {
    const { process } = world('done', store());
    const one = process({ action: 'work', neverStops: true });
    await one.until(({ end }) => end?.state === 'SUCCESS');
    await one.exited;
    expect(one.child.exitCode).toBe(0);
  });

  test('of two that would take it, one does', async () => {
    const { old, server, done } = await inMidRun('raced', store());
    const both = [await server(), await server()];
    old.child.kill('SIGKILL');
    await Promise.any(both.map((one) => one.until(isEnd('raced'))));
    for (const { child } of both) child.kill('SIGTERM');
    await Promise.all(both.map(({ exited }) => exited));
    expect(worksOf(done())).toEqual(FORWARD);
    // Once in the process that died, and once more.
    expect(done()).toHaveLength(FORWARD.length + 1);
  });

  test('that kills whoever takes it is left alone after five, and the sixth says so', async () => {
    const { process, old, stopped, done } = await inMidRun('poison', store());
    old.child.kill('SIGKILL');
    for (let deaths = 0; deaths < 5; deaths++) {
      const victim = process({ diesLoading: true });
      await victim.last();
      expect(victim.child.signalCode).toBe('SIGKILL');
    }
    const sixth = process({});
    expect((await sixth.until(({ poison }) => poison !== undefined)).poison).toBe('poison');
    await stopped(sixth);
    expect(done()).toHaveLength(3);
    expect((await process({ action: 'resume' }).last())?.end?.state).toBe('SUCCESS');
  });
});

/** Starting takes a while where a database starts, too. */
const STARTS_MS = 120_000;

async function goesOnAfterRestart(name: string, store: Orders['store']): Promise<void> {
  const { old, process, stopped, done } = await inMidRun(name, store);
  old.child.kill('SIGKILL');
  await old.exited;
  const again = process({});
  await again.until(({ recovery }) => recovery === name);
  await again.until(({ state }) => state === 'SUCCESS');
  await stopped(again);
  expect(worksOf(done())).toEqual(FORWARD);
}

describe('files', () => {
  const store = { file: join(directory, 'files') };
  test('what a killed process left goes on when it is started again', () => goesOnAfterRestart('files', store), STARTS_MS);

  test('a run that kills its process is left alone after five starts', async () => {
    const { old, process, stopped, done } = await inMidRun('files-poison', store);
    old.child.kill('SIGKILL');
    await old.exited;
    for (let deaths = 0; deaths < 5; deaths++) await process({ diesLoading: true }).last();
    const sixth = process({});
    await sixth.until(({ poison }) => poison === 'files-poison');
    await stopped(sixth);
    expect(done()).toHaveLength(3);
  });
});

describePglite('PGlite', () => {
  const store = { pglite: join(directory, 'pglite') };
  test('what a killed process left goes on when it is started again', () => goesOnAfterRestart('pglite', store), STARTS_MS);
});
