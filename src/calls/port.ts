import type { Json } from '../model/json.js';
import type { TaskDoor } from '../model/task-door.js';

/** What a call says to its run while it is under way. */
export interface CallMessages {
  /** Resolves when it is durable. Rejects when it can't be kept any more. */
  save(data: Json): Promise<void>;
  /** @param fraction from 0 to 1 */
  progress(fraction: number, details?: Json): void;
  /** `data` is what the task gave: who sends it elsewhere encodes it. */
  emit(event: string, data?: unknown): void;
}

/** How the code of a call reaches its run, and is reached by it. */
export interface CallPort extends CallMessages {
  /** Aborted when the result of the call is not wanted any more. */
  readonly signal: AbortSignal;
  /** By which a task ends with a transaction of its own: only in the process of the engine. */
  readonly transaction?: TaskDoor | undefined;
}
