import { digest } from '../../model/ids.js';
import type { Statement } from './sql.js';

/** Named for its text: connections may be shared with other schemas and other versions of this package. */
export function statement(text: string, more: Pick<Statement, 'waitMs'> = {}): Statement {
  return { name: `flowproof_${digest(text).slice(0, 16)}`, text, ...more };
}
