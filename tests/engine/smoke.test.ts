import { expect, test } from 'vitest';
import { flowproof, linear, memory, run, Task, times, type FlowEvent, type Outcome } from '../../src/index.js';

@Task({ name: 'a', requires: ['n'], provides: ['x'] })
class A { async execute({ n }: { n: number }) { return { x: n + 1 }; } async revert(_i: { n: number }, o: Outcome<A>) { log.push('revert a ' + JSON.stringify(o)); } }
@Task({ name: 'b', requires: ['x'], provides: ['y'] })
class B { async execute({ x }: { x: number }) { return { y: x * 2 }; } }
@Task({ name: 'boom', requires: ['y'] })
class Boom { async execute({ y }: { y: number }): Promise<void> { log.push('boom ' + y); throw new Error('bad'); } }
const log: string[] = [];

test('runs', async () => {
  const f = linear('f').input<{ n: number }>().add(A).add(B).build();
  const r = await run(f, { inputs: { n: 1 } });
  expect(r).toMatchObject({ state: 'SUCCESS', results: { x: 2, y: 4 } });
});
test('reverts', async () => {
  const f = linear('f').input<{ n: number }>().retry(times(2)).add(A).add(B).add(Boom).build();
  const events: FlowEvent[] = [];
  const r = await run(f, { inputs: { n: 1 }, onEvent: (e) => events.push(e) });
  console.log(JSON.stringify(r), log);
  console.log(events.map((e) => e.type === 'progress' ? '' : `${'path' in e ? e.path : ''} ${e.state}`).join('\n'));
  expect(r.state).toBe('REVERTED');
});
