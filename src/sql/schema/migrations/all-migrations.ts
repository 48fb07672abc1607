import { journal } from './0001-journal.js';
import { ownerLocks } from './0002-owner-locks.js';
import { readable } from './0003-readable.js';
import { logbooks } from './0004-logbooks.js';
import { states } from './0005-states.js';
import { renewals } from './0006-renewals.js';
import { recovery } from './0007-recovery.js';
import { waits } from './0008-waits.js';
import { asleep } from './0009-asleep.js';
import { partial } from './0010-partial.js';
import { posted } from './0011-posted.js';
import { limits } from './0012-limits.js';
import { schedules } from './0013-schedules.js';
import { taskLimits } from './0014-task-limits.js';
import { found } from './0015-found.js';
import type { Migration } from './migration.js';

/** In order. Add at the end. */
export const allMigrations: readonly Migration[] = [
  journal,
  ownerLocks,
  readable,
  logbooks,
  states,
  renewals,
  recovery,
  waits,
  asleep,
  partial,
  posted,
  limits,
  schedules,
  taskLimits,
  found,
];
