/** Filters of listeners: what they let through is as narrow as they say. */
import type { Equal, Expect } from './equal.js';
import { defineTask, type EventFilter, type EventOf, type FlowEvent, flowproof, linear, memory } from './support.js';

const order = linear('order')
  .add(defineTask({ name: 'pay', execute: async () => undefined }))
  .build();
const app = flowproof({ persistence: memory(), flows: [order, linear('empty').build()] });

type Got = [
  Expect<Equal<EventOf<{}>, FlowEvent>>,
  Expect<Equal<EventOf<{ flow: 'order' }>, FlowEvent>>,
  Expect<
    Equal<
      EventOf<{ types: readonly ['run'] }>['state'],
      'PENDING' | 'RUNNING' | 'SUSPENDED' | 'SUCCESS' | 'REVERTED' | 'FAILURE' | 'CANCELLED'
    >
  >,
  Expect<Equal<EventOf<{ types: readonly ['task'] }>['type'], 'task'>>,
  Expect<Equal<EventOf<{ types: readonly ['run', 'task']; states: readonly ['SUCCESS'] }>['type'], 'run' | 'task'>>,
  Expect<Equal<EventOf<{ states: readonly ['SUCCESS', 'FAILURE'] }>['state'], 'SUCCESS' | 'FAILURE'>>,
  Expect<Equal<EventOf<{ states: readonly ['REVERTING'] }>['type'], 'task' | 'retry' | 'wait'>>,
  Expect<Equal<EventOf<{ types: readonly ['emitted']; states: readonly ['SUCCESS'] }>, never>>,
  Expect<Equal<EventOf<{ path: string }>['path'], string>>,
  Expect<Equal<Extract<EventOf<{ path: string }>, { type: 'run' }>, never>>,
];

export function listen(): Got | undefined {
  const off: () => void = app.on((event) => {
    event satisfies FlowEvent;
    if (event.type === 'task' && event.state === 'SUCCESS') event.durationMs?.toFixed();
  });
  app.on({ flow: 'order', types: ['task', 'progress'] }, (event) => {
    event.path satisfies string;
    if (event.type === 'progress') event.fraction satisfies number;
    else event.type satisfies 'task';
  });
  app.on({ runId: 'o-1', types: ['signal'] }, async ({ name, heard }) => void [name, heard]);
  const given: EventFilter<'order'> = { types: ['run'] };
  app.on(given, (event: FlowEvent) => void event.seq);
  // @ts-expect-error: the app has no such flow
  app.on({ flow: 'ordre' }, () => undefined);
  // @ts-expect-error: no event has such a type
  app.on({ types: ['tasks'] }, () => undefined);
  // @ts-expect-error: nothing comes into such a state
  app.on({ states: ['DONE'] }, () => undefined);
  // @ts-expect-error: a run has no fraction
  app.on({ types: ['run'] }, ({ fraction }) => fraction);
  off();
  return undefined;
}
