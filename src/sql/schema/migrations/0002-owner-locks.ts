import type { Migration } from './migration.js';

export const ownerLocks: Migration = {
  version: 2,
  name: 'owner-locks',
  breaking: false,
  statements: (s) => [
    // Unlogged, so that a crash or a failover empties it: the locks themselves don't outlive those either.
    `create unlogged table ${s}.owner_locks (
       owner uuid primary key,
       lock_key bigint not null,
       taken_at timestamptz not null
     )`,
    `comment on table ${s}.owner_locks is 'Which engine processes hold an advisory lock while they live: where it is free, its process is dead before its lease is over.'`,
    `comment on column ${s}.owner_locks.lock_key is 'The key of the lock, held by a session of its own.'`,
    `comment on column ${s}.owner_locks.taken_at is 'A lock that is older than the server says nothing any more.'`,
  ],
};
