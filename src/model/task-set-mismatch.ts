import type { Failure } from './failure.js';
import { FlowproofError } from './flowproof-error.js';

/** What Node.js says about sources that it does not strip of their types, or not of these: of decorators, or of an import of what is built. */
const UNREAD_SOURCE =
  /Unknown file extension "\.[cm]?tsx?"|strip-only mode|Cannot find module '[^']*\.[cm]?js' imported from [^']*\.[cm]?ts/;
const BUILD_IT = 'give the JavaScript that it is built to, or run processes with tsx (docs/executors.md#typescript-bundlers-tests)';

/** The module that threads or processes import has other tasks than the flows, or can't be used. Nothing was run. */
export class TaskSetMismatchError extends FlowproofError<'TASK_SET_MISMATCH'> {
  override readonly name = 'TaskSetMismatchError';
  constructor(
    readonly module: string,
    /** A line for each. */
    readonly differences: readonly string[],
    /** Names of the tasks that do not fit. */
    readonly tasks: readonly string[] = [],
    options?: { readonly cause?: unknown },
  ) {
    super(
      'TASK_SET_MISMATCH',
      `${module} can't be used for the tasks of these flows:\n${differences.map((line) => `  ${line}`).join('\n')}`,
      options,
    );
  }

  /** The module can't be imported, or its services can't be made. */
  static unusable(module: string, failure: Failure): TaskSetMismatchError {
    const differences = [`it can't be used at all: ${failure.name}: ${failure.message}`];
    const isUnread = UNREAD_SOURCE.test(failure.message) || (failure.name === 'SyntaxError' && /\.[cm]?ts$/.test(module));
    if (isUnread) differences.push(`Node.js can't read this TypeScript there: ${BUILD_IT}`);
    return new TaskSetMismatchError(module, differences, [], { cause: failure });
  }
}
