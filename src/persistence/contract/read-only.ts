import { PersistenceError } from '../../model/errors.js';

/** What every call that writes is refused with where runs are only looked at. */
export function readOnlyRefusal(): PersistenceError {
  return new PersistenceError(
    'STORE_READ_ONLY',
    'this app only reads its store (readOnly: true): it lists runs, inspects them and waits for their results. Begin, ask or change them by an app whose store is the primary, without readOnly',
  );
}
