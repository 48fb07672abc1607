import type { Migration } from './migration.js';

/** Tells a lock that was lost with its connection from one that was lost with its process: that one's renewals stop, too. */
export const renewals: Migration = {
  version: 6,
  name: 'renewals',
  breaking: false,
  statements: (s) => [
    `alter table ${s}.leases add renewal_due_at timestamptz`,
    `comment on column ${s}.leases.renewal_due_at is 'When the next renewal is due: until then a process is alive, though its lock is free.'`,
  ],
};
