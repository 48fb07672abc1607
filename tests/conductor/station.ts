import { afterEach } from 'vitest';
import type { JobBoard } from '../../src/boards/index.js';
import {
  type App,
  type Conductor,
  type ConductorOptions,
  conductor,
  defineTask,
  type FlowEvent,
  flowproof,
  linear,
  memory,
  memoryBoard,
  type Persistence,
  type TaskContext,
} from '../../src/index.js';
import { Gate } from '../app/gate.js';

interface Services {
  readonly log: string[];
  readonly gate: Gate;
}
type Context = TaskContext<Services>;

const work = defineTask({
  name: 'work',
  requires: ['n'],
  provides: ['twice'],
  async execute({ n }: { n: number }, { services: { log, gate } }: Context) {
    log.push(`work ${n}`);
    await gate.pass();
    if (n < 0) throw new Error('below zero');
    return { twice: 2 * n };
  },
  async revert({ n }: { n: number }, _outcome: unknown, { services: { log } }: Context) {
    log.push(`undo ${n}`);
  },
});
const after = defineTask({
  name: 'after',
  requires: ['twice'],
  async execute({ twice }: { twice: number }, { services: { log } }: Context) {
    log.push(`after ${twice}`);
  },
});
export const order = linear('order').input<{ n: number }>().add(work).add(after).build();
export const later = linear('order', { version: 2 }).input<{ n: number }>().add(work).add(after).build();
export const other = linear('other').input<{ n: number }>().add(work).build();

export const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

export const opened = (): Gate => {
  const gate = new Gate();
  gate.open();
  return gate;
};

interface Setting {
  readonly persistence?: Persistence;
  readonly board?: JobBoard;
  readonly gate?: Gate;
  readonly flows?: readonly unknown[];
  readonly app?: object;
  readonly options?: ConductorOptions;
}

/** An app with a conductor, that are stopped when the test is over. */
export function station({
  persistence = memory(),
  board = memoryBoard(),
  gate = opened(),
  flows = [order],
  app: more,
  options,
}: Setting = {}) {
  const [log, events]: [string[], FlowEvent[]] = [[], []];
  const services: Services = { log, gate };
  const made = flowproof({ persistence, flows, services, board, onEvent: (event: FlowEvent) => void events.push(event), ...more } as never);
  const app = made as unknown as App<readonly [typeof order, typeof other]>;
  const works: Conductor = conductor(app as never, options);
  stops.push(
    () => app.stop(),
    () => works.stop(),
  );
  const outcomes = () => events.flatMap((event) => (event.type === 'board' ? [`${event.runId} ${event.outcome}`] : []));
  return { app, board, persistence, conductor: works, log, events, outcomes };
}
