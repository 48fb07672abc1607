import { describe, expect, test } from 'vitest';
import { defineTask, type FlowEvent, flowproof, linear, memory, type TaskContext, unordered } from '../../src/index.js';
import { terminal } from '../../src/listeners/index.js';
import { VirtualClock } from '../../src/testing/index.js';
import { FakeTerminal } from './screen.js';

const stack = (screen: FakeTerminal): string => screen.lines.join('\n').trimEnd();

function rig(screen = new FakeTerminal(), color = false) {
  const clock = new VirtualClock();
  const shown = terminal({ stream: screen, color, clock });
  return { clock, shown, screen, draw: () => clock.advance(100) };
}

test('a run is a tree that changes in its place: signs, bars, attempts, and what goes back', async () => {
  const { clock, shown, screen, draw } = rig();
  const frames: string[] = [];
  const look = (): void => {
    draw();
    frames.push(stack(screen));
  };
  const reserve = defineTask({ name: 'reserve', execute: async () => clock.advance(1_500), revert: async () => look() });
  const charge = defineTask({
    name: 'charge',
    execute: async (_: {}, ctx: TaskContext<{}>) => {
      ctx.progress(0.45);
      look();
      throw new Error('declined');
    },
  });
  const order = linear('order').add(linear('trip').add(reserve).build()).add(charge).build();
  await using app = flowproof({ persistence: memory(), flows: [order], clock, onEvent: shown });
  await app.run(order, { id: 'o-1' });
  shown.close();
  frames.push(stack(screen));
  expect(frames.join('\n---\n')).toMatchInlineSnapshot(`
    "▶ order o-1  RUNNING 1.5s
      trip
        ✔ reserve 1.5s
      ▶ charge RUNNING █████████░░░░░░░░░░░ 45%
    ---
    ◀ order o-1  goes back 1.6s
      trip
        ◀ reserve REVERTING
      ↩ charge REVERTED 0ms
    ---
    ↩ order o-1  REVERTED 1.7s
      trip
        ↩ reserve REVERTED 100ms
      ↩ charge REVERTED 0ms"
  `);
});

test('what ended stays above, what runs is below it, and fits', async () => {
  const screen = new FakeTerminal(40, 6);
  const { shown, draw } = rig(screen);
  const at = (runId: string, more: object): void => shown({ flow: 'f', runId, atMs: 0, ...more } as FlowEvent);
  for (let index = 0; index < 150; index++) {
    at(`r-${index}`, { type: 'run', state: 'RUNNING' });
    for (const name of ['a', 'b']) at(`r-${index}`, { type: 'task', path: `f/${name}`, state: 'RUNNING', attempt: 1 });
  }
  draw();
  expect(stack(screen)).toMatchInlineSnapshot(`
    "▶ f r-0  RUNNING 80ms
    ▶ f r-1  RUNNING 80ms
    ▶ f r-2  RUNNING 80ms
    ▶ f r-3  RUNNING 80ms
    and 96 more"
  `);
  for (let index = 0; index < 150; index++) {
    at(`r-${index}`, { type: 'run', state: 'SUCCESS', durationMs: 5 });
    if (index % 7 === 0) draw();
  }
  shown.close();
  const lines = stack(screen).split('\n');
  for (let index = 0; index < 150; index++) expect(lines.filter((line) => line.startsWith(`✔ f r-${index} `))).toHaveLength(1);
  expect(lines.filter((line) => line.includes('RUNNING') && line.includes('▶ f'))).toEqual([]);
});

test('nested flows that run side by side keep their own below them', async () => {
  const { shown, screen, clock } = rig();
  const quick = (name: string) => defineTask({ name, execute: async () => undefined });
  const f = unordered('f')
    .add(linear('l').add(quick('a')).add(quick('b')).build())
    .add(linear('m').add(quick('c')).add(quick('d')).build())
    .build();
  await using app = flowproof({ persistence: memory(), flows: [f], clock, onEvent: shown });
  await app.run(f, { id: 'r' });
  shown.close();
  const names = stack(screen)
    .split('\n')
    .slice(1)
    .map((line) => line.replaceAll(/[✔\d]+(ms)?/g, '').trim());
  expect(names).toEqual(expect.arrayContaining(['l', 'm']));
  for (const [flow, ...inside] of [
    ['l', 'a', 'b'],
    ['m', 'c', 'd'],
  ] as const)
    expect(names.slice(names.indexOf(flow) + 1, names.indexOf(flow) + 3)).toEqual(inside);
});

describe('hostile names', () => {
  test('break no line, move no cursor, and take one line each', () => {
    const screen = new FakeTerminal(30, 20);
    const { shown } = rig(screen);
    const name = `x\n\u001b[2J\u202e${'漢'.repeat(100)}`;
    shown({
      type: 'task',
      flow: name,
      runId: name,
      path: `${name}/${name}`,
      state: 'FAILURE',
      attempt: 2,
      failure: { name, message: name },
      atMs: 0,
    } as FlowEvent);
    shown.close();
    expect(stack(screen).split('\n')).toHaveLength(2);
    expect(screen.text.replaceAll('\u001b[J', '')).not.toContain('\u001b');
  });
});

test('colours only where they are asked for, and each line ends its own', () => {
  const screen = new FakeTerminal();
  const { shown } = rig(screen, true);
  shown({ type: 'run', flow: 'f', runId: 'r', state: 'FAILURE', durationMs: 1, atMs: 0 } as FlowEvent);
  shown.close();
  expect(screen.text).toContain('\u001b[31m✖ f r  FAILURE 1ms\u001b[0m\n');
});

test('plain lines without a terminal', async () => {
  let text = '';
  const shown = terminal({ stream: { write: (more) => (text += more) } });
  const f = linear('f')
    .add(defineTask({ name: 'a', execute: async () => undefined }))
    .build();
  await using app = flowproof({ persistence: memory(), flows: [f], onEvent: shown });
  await app.run(f, { id: 'r' });
  expect(text).not.toContain('\u001b');
  expect(
    text
      .trim()
      .split('\n')
      .map((line) => line.slice(13).replace(/\d+ms/, 'Nms')),
  ).toMatchInlineSnapshot(`
    [
      "INFO  f r RUNNING",
      "DEBUG f r f/a RUNNING",
      "DEBUG f r f/a SUCCESS (Nms)",
      "INFO  f r SUCCESS (Nms)",
    ]
  `);
});

test('nothing is drawn any more once it is closed, and the timers hold no process up', () => {
  const { shown, screen, draw } = rig();
  shown.close();
  const { text } = screen;
  shown({ type: 'run', flow: 'f', runId: 'r', state: 'SUCCESS', atMs: 0 } as FlowEvent);
  draw();
  expect(screen.text).toBe(text);
});

test('what is said of a run that nobody drives here is a line, and no tree that never ends', () => {
  const { clock, shown, screen, draw } = rig();
  shown({ type: 'poison', runId: 'o-9', flow: 'order', atMs: clock.nowMs(), takes: 5 });
  draw();
  expect(stack(screen)).toContain('o-9');
  expect(stack(screen)).not.toContain('RUNNING');
  const before = stack(screen);
  clock.advance(60_000);
  draw();
  expect(stack(screen)).toBe(before);
});
