import type { Work } from './harness.js';
import { boardJobs } from './works/board-jobs.js';
import { checkFlows } from './works/check-flows.js';
import { handover } from './works/handover.js';
import { idle } from './works/idle.js';
import { idleConductor } from './works/idle-conductor.js';
import { importRoot } from './works/import-root.js';
import { pgJobs } from './works/jobs.js';
import { memoryLinear } from './works/memory-linear.js';
import { memoryUnordered } from './works/memory-unordered.js';
import { pgFanout } from './works/pg-fanout.js';
import { pgSaga } from './works/pg-saga.js';
import { pgSequential } from './works/pg-sequential.js';
import { pickup } from './works/pickup.js';
import { placesCpu } from './works/places-cpu.js';
import { placesDispatch } from './works/places-dispatch.js';
import { recovery } from './works/recovery.js';
import { remoteFanout, remoteRpc, remoteScaling } from './works/remote.js';
import { resumeAfterKill } from './works/resume-after-kill.js';
import { watchFlows } from './works/watch-flows.js';

const linear = memoryLinear(1_000);
const one = pgSequential({ length: 100, flows: 1, target: 1.4 });
const many = pgSequential({ length: 100, flows: 32, target: 0.4 });
const fanout = pgFanout({ width: 100, target: 0.5 });
const saga = pgSaga(9);
const oneOnSlowDisk = pgSequential({ length: 100, flows: 1, disk: 'slow', target: 1.1 });
const manyOnSlowDisk = pgSequential({ length: 100, flows: 32, disk: 'slow', target: 1.1 });
const fanoutOnSlowDisk = pgFanout({ width: 100, disk: 'slow', target: 0.6 });

/** What `npm run bench` measures, in this order. */
export const WORKS: readonly Work[] = [
  linear,
  memoryLinear(100_000, 'memory-linear-1000'),
  memoryUnordered(1_000),
  one,
  many,
  fanout,
  saga,
  oneOnSlowDisk,
  manyOnSlowDisk,
  fanoutOnSlowDisk,
  pgJobs({ claimers: 1, atOnce: 1, target: 2 }),
  pgJobs({ claimers: 4, atOnce: 1, target: 2 }),
  pgJobs({ claimers: 4, atOnce: 32, target: 0.5 }),
  boardJobs('redis'),
  boardJobs('etcd'),
  boardJobs('zookeeper'),
  pickup,
  recovery(),
  handover,
  placesCpu('threads', 0.59),
  placesCpu('processes', 0.63),
  placesDispatch('threads'),
  placesDispatch('processes'),
  remoteRpc,
  remoteFanout,
  remoteScaling,
  idle,
  idleConductor,
  resumeAfterKill,
  importRoot,
  checkFlows(200),
  watchFlows(200),
];

/** What `npm run bench:peers` measures: that which other systems do, too. */
export const WORKS_OF_PEERS: readonly Work[] = [
  linear,
  one,
  many,
  fanout,
  saga,
  oneOnSlowDisk,
  manyOnSlowDisk,
  fanoutOnSlowDisk,
  pgSaga(9, 'slow'),
  resumeAfterKill,
];
