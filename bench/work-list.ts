import type { Work } from './harness.js';
import { checkFlows } from './works/check-flows.js';
import { idle } from './works/idle.js';
import { importRoot } from './works/import-root.js';
import { memoryLinear } from './works/memory-linear.js';
import { memoryUnordered } from './works/memory-unordered.js';
import { pgFanout } from './works/pg-fanout.js';
import { pgSaga } from './works/pg-saga.js';
import { pgSequential } from './works/pg-sequential.js';
import { placesCpu } from './works/places-cpu.js';
import { placesDispatch } from './works/places-dispatch.js';
import { resumeAfterKill } from './works/resume-after-kill.js';
import { watchFlows } from './works/watch-flows.js';

/** What `npm run bench` measures, in this order. */
export const WORKS: readonly Work[] = [
  memoryLinear(1_000),
  memoryLinear(100_000, 'memory-linear-1000'),
  memoryUnordered(1_000),
  pgSequential({ length: 100, flows: 1, target: 1.4 }),
  pgSequential({ length: 100, flows: 32, target: 0.4 }),
  pgFanout({ width: 100, target: 0.5 }),
  pgSaga(9),
  pgSequential({ length: 100, flows: 1, disk: 'slow', target: 1.1 }),
  pgSequential({ length: 100, flows: 32, disk: 'slow', target: 1.1 }),
  pgFanout({ width: 100, disk: 'slow', target: 0.6 }),
  placesCpu('threads', 0.59),
  placesCpu('processes', 0.63),
  placesDispatch('threads'),
  placesDispatch('processes'),
  idle,
  resumeAfterKill,
  importRoot,
  checkFlows(200),
  watchFlows(200),
];
