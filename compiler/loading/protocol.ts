import type { FlowShape } from '#compilation';
import type { JavaScriptPlace } from './caller.js';

/** What the parent asks for, once. */
export interface LoadRequest {
  /** Files of JavaScript, to be loaded one after the other. */
  readonly modules: readonly string[];
}

/** What the child says after each module; or, if that was its `end`, before it ends. */
export interface LoadAnswer {
  readonly about: typeof ABOUT;
  readonly flows: readonly BuiltFlow[];
  /** Why the module could not be loaded. */
  readonly trouble?: string;
  /** The process is about to end for this reason, whatever it was doing. */
  readonly end?: true;
}

/** A flow that was built while a module was loaded. */
export interface BuiltFlow {
  readonly shape: FlowShape;
  /** The `.build()` that built it, if the stack says. */
  readonly builtAt?: JavaScriptPlace;
}

/** Messages without it are the modules' own. */
export const ABOUT = 'flowproof check --load';

export function isAnswer(message: unknown): message is LoadAnswer {
  return typeof message === 'object' && message !== null && 'about' in message && message.about === ABOUT;
}
