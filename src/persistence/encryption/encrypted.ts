import { type GivenKeys, Keys } from '../../encryption/index.js';
import { PersistenceError } from '../../model/errors.js';
import type { Persistence } from '../contract/journal.js';
import { TransformedJournal } from '../values/transformed-journal.js';

import { Sealing, SealingSecrets } from './sealing.js';

export interface EncryptedOptions {
  /**
   * The first one encrypts, all of them decrypt. A function is asked each time, so that keys can change while the process
   * runs; it returns what is at hand, no promise: await keys from elsewhere first. To bring in a new one: give it to every process as the second, then as the first, and drop the old one when the
   * runs that it encrypted are pruned.
   */
  readonly keys: GivenKeys;
  /**
   * What becomes of values that are not encrypted: `refuse` them, as they may come from anyone who can write to the
   * store but has no key; or `read` them, while there are runs from before. Default: `refuse`.
   */
  readonly plain?: 'read' | 'refuse';
  /**
   * `all` values are encrypted, or only the `secrets` of flows that have some. With `secrets`, all else stays readable in the
   * tables and views of the store, and may be changed by whoever can write to it: `plain` says nothing then. Default: `all`.
   */
  readonly values?: 'all' | 'secrets';
}

/**
 * Encrypts what users' code gives and gets (inputs, results, failures, what was saved, messages, snapshots) before any
 * store sees it, with AES-256-GCM. Each value can be decrypted in its own place only: in this run, at this step, for this
 * task. What happens to a run stays readable: keys of runs, names of flows, tasks and inputs, states, times, metadata,
 * and how long values are.
 *
 * Reading a run throws JournalError, with run, seq and reason: `JOURNAL_SEALED` when a key is missing, `JOURNAL_CORRUPT`
 * when a value was changed, moved or not encrypted.
 *
 * A function that gives no keys, or a promise, is `STORE_REFUSED` when the store is opened or a step is written; one that throws is waited
 * for like a store that is away.
 *
 * @throws TypeError when a key is not 32 bytes, there is none, two have one id, or the function is async.
 *
 * @example
 * ```ts
 * import { randomBytes } from 'node:crypto';
 * import { encrypted, file, flowproof } from 'flowproof';
 * const keys = [{ id: '2026-11', key: randomBytes(32) }];
 * const app = flowproof({ persistence: encrypted(file('./.flowproof'), { keys }), flows: [] });
 * await app.stop();
 * ```
 */
export function encrypted(persistence: Persistence, { keys, plain = 'refuse', values = 'all' }: EncryptedOptions): Persistence {
  const given = new Keys(keys, {
    ...{ caller: 'encrypted', purpose: 'values 1' },
    error: (kind, message, options) => new PersistenceError(`STORE_${kind}`, message, options),
  });
  const sealing = values === 'all' ? new Sealing(given, plain) : new SealingSecrets(given);
  return { kind: persistence.kind, keepsSecrets: true, connect: () => new TransformedJournal(persistence.connect(), sealing) };
}
