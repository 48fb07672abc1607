import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type FlowEvent, flowproof, linear, memory } from '../../src/index.js';
import { counts, tells } from '../fixtures/places/talkative.js';
import { CARRIERS } from './place-flows.js';
import { PlaceModules } from './place-module.js';

const modules = new PlaceModules();
const directory = mkdtempSync(join(tmpdir(), 'flowproof-talkative-'));
const flows = {
  counts: linear('counts').input<{ upTo: number }>().add(counts).build(),
  tells: linear('tells').input<{ events: number; file: string }>().add(tells).build(),
};
let module: URL;

beforeAll(async () => {
  module = await modules.bundled('talkative');
});

afterAll(() => {
  modules.remove();
  rmSync(directory, { recursive: true });
});

const appOn = (carrier: keyof typeof CARRIERS, onEvent: (event: FlowEvent) => void) =>
  flowproof({ persistence: memory(), flows: Object.values(flows), executor: CARRIERS[carrier](module, { size: 1 }), onEvent });

describe.each(['threads', 'processes'] as const)('a loop in %s', (carrier) => {
  test('that says its progress in each turn is heard of now and then: the last one before anything else', async () => {
    const heard: unknown[] = [];
    const app = appOn(carrier, (event) => {
      if (event.type === 'progress') heard.push([event.fraction, event.details]);
      if (event.type === 'emitted') heard.push(event.event);
    });
    await app.runOrThrow(flows.counts, { inputs: { upTo: 100_000 } });
    await app.stop();
    expect(heard.length).toBeLessThan(50_000);
    const emitted = heard.indexOf('counted');
    expect(heard[emitted - 1]).toEqual([1, { count: 100_000 }]);
    // Held together, as they came in one moment: of the first one only the details are left, unless that moment was long.
    expect(heard.at(-1)).toEqual([0.6, heard.length - emitted === 2 ? { count: 'again' } : undefined]);
  });
});

test('a loop in a thread that emits without end fills no memory of the app: it waits until some of it was heard', async () => {
  const file = join(directory, 'told');
  let heard = 0;
  const ahead: number[] = [];
  const app = appOn('threads', (event) => {
    if (event.type !== 'emitted') return;
    heard++;
    const told = (): number => Number(readFileSync(file, 'utf8'));
    // As many as may be unheard come while this thread does something else.
    while (heard === 1 && told() < 1_000);
    ahead.push(told() - heard);
  });
  await app.runOrThrow(flows.tells, { inputs: { events: 20_000, file } });
  await app.stop();
  expect(heard).toBe(20_000);
  // What it says of its start and end are messages, too.
  expect(Math.max(...ahead)).toBeLessThan(1_010);
});
