import { placeOf } from '../../source/index.js';
import { short } from '../ground/syntax.js';
import type { Unknown } from '../ground/unknown.js';

/** A name that nothing else has, and that says where it stands. */
export function nameFor({ at }: Unknown): string {
  return `‹${short(at).replaceAll('/', '∕')}, line ${placeOf(at).line}›`;
}

/** Whether a name was made by {@link nameFor}. */
export function isMadeUp(name: string): boolean {
  return name.startsWith('‹');
}

/** Whether a message speaks of such a name. */
export function hasMadeUp(message: string): boolean {
  return message.includes("'‹");
}
