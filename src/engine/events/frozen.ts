import type { FlowEvent } from './events.js';

/**
 * Freezes an event, and the plain objects and lists in it, which were made for it alone: what one listener does to it no other one
 * sees. Not what a task has said with `ctx.emit`, which may be its own where it could not be copied.
 */
export function frozenEvent<Event extends FlowEvent>(event: Event): Event {
  for (const [name, value] of Object.entries(event)) if (name !== 'data') frozen(value);
  return Object.freeze(event);
}

/** Freezes plain objects and lists, with those in them. Others, such as a Date, stay as they are. */
export function frozen<Value>(value: Value): Value {
  const rest: unknown[] = [value];
  try {
    while (rest.length > 0) {
      const next = rest.pop();
      if (!isPlain(next) || Object.isFrozen(next)) continue;
      Object.freeze(next);
      if (Array.isArray(next)) for (const item of next) rest.push(item);
      else for (const descriptor of Object.values(Object.getOwnPropertyDescriptors(next))) rest.push(descriptor.value);
    }
  } catch {
    // A codec of the user's may give what does not let itself be looked at.
  }
  return value;
}

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return true;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
