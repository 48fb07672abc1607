import { describe, expect, test } from 'vitest';
import { DueHints } from '../../src/app/queue/due-hints.js';
import { PostedRuns } from '../../src/app/queue/posted-runs.js';
import { randomIds } from '../../src/model/ids.js';
import type { Hint, Hints, Journal } from '../../src/persistence/index.js';
import { VirtualClock } from '../../src/testing/index.js';

/** Hints of a store that notes what it is told, and says what a test says. */
function heardAndTold(tell: Hints['tell'] = async () => undefined) {
  const clock = new VirtualClock(1_000);
  const [told, looked]: [unknown[], number[]] = [[], []];
  const lookedFor: Hint[] = [];
  let say = (_: Hint): void => undefined;
  const hints: Hints = {
    tell: (hint, transaction) => {
      told.push(transaction ?? (hint === 'released' ? `${hint} ${clock.monotonicMs()}` : clock.monotonicMs()));
      return tell(hint, transaction);
    },
    hear: (heard) => {
      say = heard;
      return () => {
        say = () => undefined;
      };
    },
  };
  const due = new DueHints({ journal: { hints } as Journal, clock, ids: randomIds() });
  due.hear((hint) => {
    looked.push(clock.monotonicMs());
    lookedFor.push(hint);
  });
  return { due, clock, told, looked, lookedFor, say: (hint: Hint = 'posted') => say(hint) };
}

describe('what a process tells of due runs', () => {
  test('is told at once, and then once in ten milliseconds, however many there are', () => {
    const { due, clock, told } = heardAndTold();
    for (let n = 0; n < 100; n++) due.tell(false);
    expect(told).toEqual([1_000]);
    clock.advance(9);
    expect(told).toEqual([1_000]);
    clock.advance(1);
    expect(told).toEqual([1_000, 1_010]);
    clock.advance(100);
    due.tell(false);
    expect(told).toEqual([1_000, 1_010, 1_110]);
  });

  test('is told to nobody when it was claimed here within that time', () => {
    const { due, clock, told } = heardAndTold();
    due.tell(true);
    due.claimedAll();
    clock.advance(1_000);
    expect(told).toEqual([]);
    due.tell(true);
    clock.advance(10);
    expect(told).toEqual([2_010]);
  });

  test('is told all the same when some of it is for others', () => {
    const { due, clock, told } = heardAndTold();
    due.tell(true);
    due.tell(false);
    expect(told).toEqual([1_000]);
    due.tell(false);
    due.tell(true);
    due.claimedAll();
    clock.advance(10);
    expect(told).toEqual([1_000, 1_010]);
  });

  test('by transactions is told once in ten milliseconds, too, with the first of them', async () => {
    const { due, clock, told } = heardAndTold();
    await due.tellIn('first');
    await due.tellIn('second');
    clock.advance(10);
    await due.tellIn('third');
    expect(told).toEqual(['first', 'third']);
  });

  test('says that something was let go of when some of it was, whatever is claimed here', async () => {
    const { due, clock, told } = heardAndTold();
    due.tell(false);
    due.tellReleased();
    due.tell(true);
    due.claimedAll();
    clock.advance(10);
    due.tell(false);
    clock.advance(10);
    await due.end();
    await due.lastly();
    expect(told).toEqual([1_000, 'released 1010', 1_020, 'released 1020']);
  });

  test('is sent before the app ends, and a store that is away harms nothing', async () => {
    const { due, told } = heardAndTold(() => Promise.reject(new Error('away')));
    due.tell(true);
    await due.end();
    expect(told).toEqual([1_000]);
  });
});

test('a watcher of posted runs that throws keeps no other from hearing, and is nothing to whoever posts', () => {
  const parts = { journal: {}, clock: new VirtualClock(), ids: randomIds() };
  const posted = new PostedRuns(parts as unknown as ConstructorParameters<typeof PostedRuns>[0]);
  const heard: string[] = [];
  posted.watch(() => {
    throw new Error('no');
  });
  posted.watch(() => void heard.push('second'));
  posted.due('order');
  expect(heard).toEqual(['second']);
});

describe('what a process hears', () => {
  test('is followed at once, and what comes soon after that once, within twenty milliseconds', () => {
    const { clock, looked, say } = heardAndTold();
    for (let n = 0; n < 10; n++) say();
    expect(looked).toEqual([1_000]);
    clock.advance(20);
    expect(looked).toHaveLength(2);
    clock.advance(20);
    say();
    expect(looked).toEqual([1_000, looked[1], 1_040]);
  });

  test('is looked for as what was let go of when some of it was, and once', () => {
    const { clock, lookedFor, say } = heardAndTold();
    say();
    say();
    say('released');
    say();
    clock.advance(20);
    clock.advance(20);
    say();
    expect(lookedFor).toEqual(['posted', 'released', 'posted']);
  });

  test('is heard no more when it has ended', async () => {
    const { due, clock, looked, say } = heardAndTold();
    say();
    say();
    await due.end();
    say();
    clock.advance(100);
    expect(looked).toEqual([1_000]);
  });
});
