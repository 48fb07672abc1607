import { digest } from '../../model/ids.js';
import type { TaskManifest } from '../../places/index.js';
import type { Queue } from '../../transport/index.js';

const NAME = /^[\w.-]{1,100}$/;

/** @throws TypeError when it is no name of a task set */
export function checkedSetName(caller: string, name: unknown): string {
  if (typeof name === 'string' && NAME.test(name)) return name;
  throw new TypeError(`${caller}: a task set is named by up to 100 letters, digits, and . _ -, not by ${JSON.stringify(name)}`);
}

/**
 * Where the calls of a task set wait. The name says what its tasks are, so that a deploy with other tasks has a queue of its own, and
 * workers of the version before take what was meant for them.
 */
export function workQueueName(set: string, tasks: readonly TaskManifest[]): string {
  const sorted = [...tasks].sort((a, b) => (a.name < b.name ? -1 : 1));
  return `${set}@${digest(JSON.stringify(sorted)).slice(0, 8)}`;
}

export function workQueue(name: string): Queue {
  return { kind: 'work', name };
}

/** Of an engine or a worker. */
export function inboxOf(address: string): Queue {
  return { kind: 'inbox', name: address };
}

/** What all engines and workers of a task set hear. */
export function topicOf(set: string): string {
  return `set.${set}`;
}
