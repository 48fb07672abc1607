import { expect, test } from 'vitest';
import { type FlowEvent, flowproof, memory } from '../../src/index.js';
import { VirtualClock } from '../../src/testing/index.js';
import { countTicks } from './count-ticks.js';
import { code, gates, twoGates } from './two-gates.js';

test('a listener suspends between two tasks; resume goes on; nothing is RUNNING meanwhile', async () => {
  const services = { gates: gates() };
  const persistence = memory();
  await using app = flowproof({ persistence, flows: [twoGates], services });
  const events: string[] = [];
  const handle = await app.start(twoGates, { id: 'r' });
  app.on((event) => {
    if (!('state' in event)) return;
    events.push(`${event.type === 'run' ? 'run' : event.path} ${event.state}`);
    if (event.type === 'task' && event.state === 'SUCCESS' && event.path.endsWith('one')) void handle.suspend();
  });
  services.gates.one.open();
  expect(await handle.result()).toEqual({ state: 'SUSPENDED', flow: 'two-gates', runId: 'r' });
  expect(await handle.state()).toBe('SUSPENDED');
  // The listener hears of `one` when `two` was marked already: it is taken back, and nobody hears of it.
  expect(events).toEqual(['two-gates/one SUCCESS', 'run SUSPENDED']);
  services.gates.two.open();
  expect((await app.resume(twoGates, 'r')).state).toBe('SUCCESS');
  expect(events.slice(2)).toEqual(['run RUNNING', 'two-gates/two RUNNING', 'two-gates/two SUCCESS', 'run SUCCESS']);
});

test('another app suspends through the inbox', async () => {
  const services = { gates: gates() };
  const persistence = memory();
  const ticks = countTicks(persistence);
  await using engine = flowproof({ persistence: ticks.persistence, flows: [twoGates], services, leaseMs: 90 });
  await using outsider = flowproof({ persistence, flows: [] });
  const run = engine.run(twoGates, { id: 'r' });
  await services.gates.one.reached;
  await outsider.suspend('r');
  await outsider.suspend('r');
  ticks.count();
  // The owner learns of it by its tick, while the task is still under way.
  await ticks.two;
  services.gates.one.open();
  expect((await run).state).toBe('SUSPENDED');
  services.gates.two.open();
  expect((await engine.resume(twoGates, 'r')).state).toBe('SUCCESS');
});

test('stop waits for what is under way, calls nothing more and leaves the run to others', async () => {
  const services = { gates: gates() };
  const persistence = memory();
  const app = flowproof({ persistence, flows: [twoGates], services });
  const stopped = code(app.run(twoGates, { id: 'r' }));
  await services.gates.one.reached;
  const stopping = app.stop();
  services.gates.one.open();
  await stopping;
  expect(await stopped).toBe('APP_STOPPED');
  expect(await code(app.run(twoGates))).toBe('APP_STOPPED');
  services.gates.two.open();
  await using next = flowproof({ persistence, flows: [twoGates], services });
  const [handle] = await next.resumeAll();
  expect(handle?.id).toBe('r');
  expect((await handle?.result())?.state).toBe('SUCCESS');
  expect(await next.resumeAll()).toEqual([]);
});

test('stop waits no longer than graceMs; what did not end is unknown to the next engine', async () => {
  const clock = new VirtualClock();
  const services = { gates: gates() };
  const persistence = memory({ clock });
  const app = flowproof({ persistence, flows: [twoGates], services, clock, graceMs: 500 });
  const stopped = code(app.run(twoGates, { id: 'r' }));
  await services.gates.one.reached;
  let waiting = true;
  const stopping = app.stop().then(() => {
    waiting = false;
  });
  while (waiting) {
    clock.advance(500);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await stopping;
  expect(await stopped).toBe('APP_STOPPED');
  await using next = flowproof({ persistence, flows: [twoGates], services: { gates: {} } });
  const events: FlowEvent[] = [];
  next.on((event) => events.push(event));
  expect((await next.resume(twoGates, 'r')).state).toBe('SUCCESS');
  expect(events.find((event) => event.type === 'task')).toMatchObject({ state: 'RUNNING', attempt: 2, resumed: true });
});

test('a suspended run rests: resumeAll leaves it alone', async () => {
  const services = { gates: gates() };
  await using app = flowproof({ persistence: memory(), flows: [twoGates], services });
  const handle = await app.start(twoGates, { id: 'r' });
  await handle.suspend();
  services.gates.one.open();
  expect((await handle.result()).state).toBe('SUSPENDED');
  expect(await app.resumeAll()).toEqual([]);
});
