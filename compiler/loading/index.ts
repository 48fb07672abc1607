/** Loading: what only a run can know of flows, known by loading the modules that build them, in a process of their own. */
export { loadFlows } from './load-flows.js';
export { LOADER } from './load-modules.js';
export type { BuiltFolders } from './modules.js';

/** What loading finds, beside what all flows are judged by. */
export const LOAD_CODES = [
  { code: 'LOAD_FAILED', severity: 'error', title: 'a module with flows could not be loaded' },
  { code: 'LOAD_DIFFERS', severity: 'error', title: 'a flow is not what its source says when it is loaded' },
] as const;
