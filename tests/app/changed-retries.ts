import { type AnyFlow, defineTask, flowproof, memory, type Persistence, serial, times } from '../../src/index.js';
import { withFaults } from '../../src/testing/index.js';
import { linear } from '../compilation/graph-tasks.js';

export const calls: string[] = [];
export const failures = { left: 0 };

export const task = (name: string, options: object = {}) =>
  defineTask({
    name,
    execute: async () => void calls.push(name),
    revert: async () => void calls.push(`undo ${name}`),
    ...options,
  } as never);

export const wobbly = (name: string) =>
  task(name, {
    execute: async () => {
      calls.push(failures.left > 0 ? `${name} fails` : name);
      if (failures.left-- > 0) throw new Error('503');
    },
  });

export const flowOf = (...nodes: readonly unknown[]): AnyFlow =>
  nodes.reduce((flow: ReturnType<typeof linear>, node) => flow.add(node), linear.dynamic('f')).build();

export const part = (...nodes: readonly unknown[]) =>
  nodes.reduce((flow: ReturnType<typeof linear>, node) => flow.add(node), linear.dynamic('part').retry(times(3))).build();

/** Goes until this atom is about to be called, after something came to this state: it rests there, or its process dies there. */
export async function storedBefore(
  path: string,
  flow: AnyFlow,
  how: 'suspended' | 'killed' = 'suspended',
  after?: string,
): Promise<Persistence> {
  const persistence = memory();
  let isThere = false;
  const faulty = withFaults(persistence, () => (isThere ? 'die-before' : 'pass'));
  const app = flowproof({ persistence: faulty, flows: [flow] } as never);
  const steps = app.engine(flow as never, { id: 'r' }).steps();
  let isNear = after === undefined;
  for (let next = await steps.next(); next.done !== true; next = await steps.next()) {
    isNear ||= next.value.events.some((event) => event.type === 'task' && event.state === after);
    if (isNear && next.value.starting.includes(path)) break;
  }
  isThere = how === 'killed';
  if (how === 'killed') {
    void steps.next();
    await faulty.died;
  } else {
    await steps.return(undefined as never);
    await app.stop();
  }
  return persistence;
}

export async function resumed(persistence: Persistence, flow: AnyFlow, fails: number, executor = serial()) {
  calls.length = 0;
  failures.left = fails;
  await using app = flowproof({ persistence, flows: [flow], executor } as never);
  const result = await app.resume('r', { takeover: 'force' });
  const told = 'failures' in result && result.state !== 'SUCCESS' ? { failures: result.failures.map(({ path }) => path) } : {};
  return { state: result.state, calls: calls.join(', '), ...told };
}
