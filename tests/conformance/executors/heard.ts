import type { FlowEvent } from '../../../src/index.js';

/** What tasks have emitted so far, by name, with what they gave. */
export function emitted(events: readonly FlowEvent[]): readonly (readonly [event: string, data: unknown])[] {
  return events.flatMap((event) => (event.type === 'emitted' ? [[event.event, event.data] as const] : []));
}

/** Resolves when a task has emitted this, or can't any more, as its run has ended. */
export async function untilEmitted(events: readonly FlowEvent[], name: string, run?: Promise<unknown>): Promise<void> {
  let isOver = false;
  const end = (): void => {
    isOver = true;
  };
  run?.then(end, end);
  while (!isOver && !emitted(events).some(([event]) => event === name)) await new Promise((resolve) => setTimeout(resolve, 1));
}
