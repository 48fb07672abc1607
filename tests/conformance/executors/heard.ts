import type { FlowEvent } from '../../../src/index.js';

/** What tasks have emitted so far, by name, with what they gave. */
export function emitted(events: readonly FlowEvent[]): readonly (readonly [event: string, data: unknown])[] {
  return events.flatMap((event) => (event.type === 'emitted' ? [[event.event, event.data] as const] : []));
}

/** Resolves when a task has emitted this, so often. */
export async function untilEmitted(events: readonly FlowEvent[], name: string, times = 1): Promise<void> {
  while (emitted(events).filter(([event]) => event === name).length < times) await new Promise((resolve) => setTimeout(resolve, 1));
}
