import { expect, test } from 'vitest';
import type { TaskRequest, Work } from '../../src/calls/index.js';
import { jsonCodec } from '../../src/model/codec/json-codec.js';
import { type Line, poolExecutor, type ToPlace } from '../../src/places/index.js';
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
    this.#to?.message({ say: 'ready', protocol: 1, hasCodec: false, tasks: [] });
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

/** One place at a time, which is ready. */
async function opened() {
  const lines: HeldLine[] = [];
  const clock = new VirtualClock();
  const start = (): Line => {
    const line = new HeldLine();
    lines.push(line);
    return line;
  };
  const options = { size: 1, maxCalls: 10, idleMs: Number.POSITIVE_INFINITY };
  const executor = poolExecutor('held', 'tasks.js', options, start, { clock, codec: jsonCodec, graceMs: 1_000 });
  const opening = executor.open?.([]);
  lines[0]?.ready();
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
  expect(await second.end).toMatchObject({ kind: 'lost', failure: { cause: { message: 'it died' } } });
});
