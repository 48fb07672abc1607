import { FlowproofError } from '../flowproof-error.js';

/** There is no such limit, or it can't be what it was to be. Nothing was changed. */
export class LimitError extends FlowproofError<'INVALID_LIMIT'> {
  override readonly name = 'LimitError';
  constructor(
    /** As it was given. */
    readonly limit: string,
    why: string,
  ) {
    super('INVALID_LIMIT', `limit '${limit}': ${why}`);
  }
}
