import { expect, test } from 'vitest';
import type { TaskRequest, Work } from '../../src/calls/index.js';
import { jsonCodec } from '../../src/model/codec/json-codec.js';
import { type Line, type PoolOptions, poolExecutor, type ToPlace } from '../../src/places/index.js';
import { PROTOCOL } from '../../src/places/protocol.js';
import { VirtualClock } from '../../src/testing/index.js';

/** A place in the hand of a test. */
class HeldLine implements Line {
  readonly sent: ToPlace[] = [];
  isKilled = false;
  #to: Parameters<Line['listen']>[0] | undefined;

  send(message: ToPlace): void {
    this.sent.push(message);
  }

  listen(to: Parameters<Line['listen']>[0]): void {
    this.#to = to;
  }

  kill(): void {
    this.isKilled = true;
  }

  keepAlive(): void {
    // Nothing here keeps a process alive.
  }

  ready(): void {
    this.#to?.message({ say: 'ready', protocol: PROTOCOL, hasCodec: false, tasks: [] });
  }

  end(call: number): void {
    this.#to?.message({ say: 'end', call, end: { kind: 'result' } });
  }

  die(): void {
    this.#to?.gone({ name: 'Error', message: 'it died' });
  }
}

const REQUEST = { path: 'f/t' } as TaskRequest;
const work = { request: REQUEST } as Work;
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** One place at a time, unless it is told otherwise. */
function held(some: Partial<PoolOptions> = {}) {
  const lines: HeldLine[] = [];
  const clock = new VirtualClock();
  const start = (): Line => {
    const line = new HeldLine();
    lines.push(line);
    return line;
  };
  const options = { size: 1, maxCalls: 10, idleMs: Number.POSITIVE_INFINITY, startTimeoutMs: 5_000, ...some };
  const executor = poolExecutor('held', 'tasks.js', options, start, { clock, codec: jsonCodec, graceMs: 1_000 });
  return { executor, lines, clock, opening: executor.open?.([]) };
}

/** Those that are ready. */
async function opened(some: Partial<PoolOptions> = {}) {
  const { executor, lines, clock, opening } = held(some);
  for (const line of lines) line.ready();
  await opening;
  await settled();
  return { executor, lines, clock, line: lines[0] as HeldLine };
}

const callsOf = ({ sent }: HeldLine) => sent.filter((message) => message.do === 'call').length;

test('a place that was killed gets no other call, though it had ended the one before', async () => {
  const { executor, lines, line } = await opened();
  const first = executor.start(work);
  const second = executor.start(work);
  first.kill();
  line.end(1);
  expect(await first.end).toEqual({ kind: 'result' });
  expect(callsOf(line)).toBe(1);
  line.die();
  await settled();
  lines[1]?.ready();
  await settled();
  lines[1]?.end(1);
  expect(await second.end).toEqual({ kind: 'result' });
});

test('code is killed after graceMs, and has its slot until it is gone', async () => {
  const { executor, lines, line, clock } = await opened();
  const call = executor.start(work);
  executor.start(work);
  call.abort(new Error('not wanted'));
  clock.advance(999);
  expect(line.isKilled).toBe(false);
  clock.advance(1);
  expect(line.isKilled).toBe(true);
  expect(lines).toHaveLength(1);
  line.die();
  await settled();
  expect(await call.end).toMatchObject({ kind: 'interrupted', failure: { message: 'not wanted' } });
  expect(lines).toHaveLength(2);
});

test('code that dies is lost; code that was told to end, and dies of it, is interrupted', async () => {
  const { executor, lines, line } = await opened();
  const lost = executor.start(work);
  line.die();
  expect(await lost.end).toMatchObject({ kind: 'lost', failure: { code: 'PLACE_LOST', cause: { message: 'it died' } } });
  await settled();
  lines[1]?.ready();
  const told = executor.start(work);
  await settled();
  told.abort(new Error('not wanted'));
  lines[1]?.die();
  expect(await told.end).toMatchObject({ kind: 'interrupted', failure: { message: 'not wanted' } });
});

test('a place that dies without a call is begun again when a call waits, not before', async () => {
  const { executor, lines, line } = await opened();
  line.die();
  await settled();
  expect(lines).toHaveLength(1);
  executor.start(work);
  expect(lines).toHaveLength(2);
});

test('a call that is not wanted any more before there was a place for it was never begun', async () => {
  const { executor, line } = await opened();
  executor.start(work);
  const waiting = executor.start(work);
  waiting.abort(new Error('not wanted'));
  expect(await waiting.end).toMatchObject({ kind: 'failure', failure: { message: 'not wanted' } });
  expect(callsOf(line)).toBe(1);
});

test('calls fail one by one, and do not wait for ever, where no place can begin any more', async () => {
  const { executor, lines, line } = await opened();
  const [first, second] = [executor.start(work), executor.start(work)];
  line.die();
  expect(await first.end).toMatchObject({ kind: 'lost' });
  await settled();
  lines[1]?.die();
  expect(await second.end).toMatchObject({
    kind: 'lost',
    failure: { cause: { message: 'it died, while its module was imported or its services were made' } },
  });
});

test('an app whose places are never ready hears of it after startTimeoutMs, and leaves none', async () => {
  const { lines, clock, opening } = held();
  const refused = expect(opening).rejects.toMatchObject({
    code: 'TASK_SET_MISMATCH',
    message: expect.stringContaining('it was not ready after 5000 ms (startTimeoutMs)'),
  });
  clock.advance(4_999);
  expect(lines[0]?.isKilled).toBe(false);
  clock.advance(1);
  expect(lines[0]?.isKilled).toBe(true);
  lines[0]?.die();
  await refused;
});

test('an app hears after 3 more seconds of a place that is never ready and can not be ended', async () => {
  const { clock, opening } = held();
  const refused = expect(opening).rejects.toMatchObject({ code: 'TASK_SET_MISMATCH' });
  clock.advance(5_000);
  await settled();
  clock.advance(3_000);
  await refused;
});

test('a call does not wait for ever for a place that is never ready: it is lost, and the next one tries again', async () => {
  const { executor, lines, line, clock } = await opened();
  line.die();
  await settled();
  const [first, second] = [executor.start(work), executor.start(work)];
  clock.advance(5_000);
  expect(lines[1]?.isKilled).toBe(true);
  lines[1]?.die();
  expect(await first.end).toMatchObject({ kind: 'lost', failure: { cause: { name: 'TimeoutError' } } });
  await settled();
  lines[2]?.ready();
  await settled();
  lines[2]?.end(1);
  expect(await second.end).toEqual({ kind: 'result' });
});

test('a place that was ready in time is not ended later', async () => {
  const { clock, line } = await opened();
  clock.advance(60_000);
  expect(line.isKilled).toBe(false);
});

const isEnded = ({ sent }: HeldLine) => sent.some((message) => message.do === 'close');

test('a place ends when it has had nothing to do for idleMs, counted from its last call', async () => {
  const { executor, line, clock } = await opened({ idleMs: 1_000 });
  clock.advance(999);
  const call = executor.start(work);
  clock.advance(5_000);
  expect(isEnded(line)).toBe(false);
  line.end(1);
  await call.end;
  clock.advance(999);
  expect(isEnded(line)).toBe(false);
  clock.advance(1);
  expect(isEnded(line)).toBe(true);
});

test('of two places that rest, the one that was busy last gets the next call, and only the other one ends', async () => {
  const { executor, lines, clock } = await opened({ size: 2, idleMs: 1_000 });
  const [first, second] = lines as [HeldLine, HeldLine];
  for (let called = 1; called <= 3; called++) {
    const call = executor.start(work);
    second.end(called);
    await call.end;
    clock.advance(400);
  }
  expect([callsOf(first), callsOf(second)]).toEqual([0, 3]);
  expect([isEnded(first), isEnded(second)]).toEqual([true, false]);
  clock.advance(600);
  expect(isEnded(second)).toBe(true);
});

test('a pool that is closed ends nothing a second time', async () => {
  const { executor, line, clock } = await opened({ idleMs: 1_000 });
  const closed = executor.close?.();
  clock.advance(1_000);
  expect(line.sent.filter((message) => message.do === 'close')).toHaveLength(1);
  line.die();
  await closed;
});
