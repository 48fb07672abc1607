/** Boards: where runs are offered to whoever is free to do them. The contract, what all boards share, and the one in memory. */
export type { AbandonOptions, BoardSession, Claim, ClaimEnd, ClaimParams, JoinParams } from './contract/board-session.js';
export type { BoardTls } from './contract/board-tls.js';
export type {
  Job,
  JobCounts,
  JobInfo,
  JobMark,
  JobState,
  JobsPage,
  JobsQuery,
  NewJob,
  Posted,
  TrashReason,
} from './contract/job.js';
export type { BoardCapabilities, JobBoard, Paused } from './contract/job-board.js';
export { DEDUPE_MS, type MemoryBoardOptions, memoryBoard } from './memory/memory-board.js';
export { infoOf, type JobRecord, unreadableInfo } from './record/job-record.js';
export type { Posting } from './record/posting.js';
export { whyNoJob } from './record/record-text.js';
export { type BoardParts, boardOf } from './session/board.js';
export type { BoardDriver, Ending, Member, SessionDriver, Taken } from './session/driver.js';
export { type RequeueOptions, requeueAll } from './session/requeue-all.js';
export { ServerClock } from './tree/server-clock.js';
export type { NameRange, Tree, TreeMember, TreeNode, TreeStep } from './tree/tree.js';
export { TreeDriver } from './tree/tree-driver.js';
