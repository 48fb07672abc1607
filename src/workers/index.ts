/** Door `flowproof/workers`: tasks on other machines. */
export { type RemoteOptions, remote } from './remote/remote.js';
export { type StopWorkerOptions, type Worker, type WorkerOptions, type WorkerState, worker } from './worker/worker.js';
