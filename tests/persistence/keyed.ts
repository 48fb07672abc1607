import { randomBytes } from 'node:crypto';
import type { EncryptionKey } from '../../src/encryption/index.js';
import type { Offload, Persistence } from '../../src/persistence/index.js';
import { MemoryJournal, type MemoryStore } from '../../src/persistence/memory/memory-journal.js';

export const keyOf = (id: string): EncryptionKey => ({ id, key: randomBytes(32) });
export const KEYS = [keyOf('k1')];

/** A place for large values that a test can look into. */
export class Shelf implements Offload {
  readonly texts = new Map<string, string>();
  broken = false;
  async put(key: string, text: string): Promise<void> {
    if (this.broken) throw new Error('the shelf is broken');
    this.texts.set(key, text);
  }
  async get(key: string): Promise<string | undefined> {
    if (this.broken) throw new Error('the shelf is broken');
    return this.texts.get(key);
  }
  async removeAll(prefix: string): Promise<void> {
    if (this.broken) throw new Error('the shelf is broken');
    for (const key of this.texts.keys()) if (key.startsWith(prefix)) this.texts.delete(key);
  }
}

export const over = (store: MemoryStore): Persistence => ({ kind: 'memory', connect: () => new MemoryJournal(store) });
