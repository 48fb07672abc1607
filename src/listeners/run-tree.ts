import type { AtomEvent, FlowEvent, ProgressEvent } from '../engine/index.js';
import type { AtomState, RunState } from '../model/states.js';

/** A node of a run as it is drawn: a flow, or what is called in one. */
export interface TreeNode {
  readonly name: string;
  readonly depth: number;
  /** Of a task, wait or retry; absent: it is a flow. */
  readonly state?: AtomState;
  /** From 0 to 1, while it runs. */
  readonly fraction?: number | undefined;
  readonly attempt?: number;
  readonly durationMs?: number | undefined;
  readonly why?: string | undefined;
}

/** Nodes that are kept of a run. */
const MAX_NODES = 500;

/** What one run has come to, as far as its events say so. */
export class RunTree {
  readonly flow: string;
  readonly runId: string;
  readonly startedAtMs: number;
  state: RunState = 'RUNNING';
  /** It goes back: something was reverted last. */
  goesBack = false;
  durationMs: number | undefined;
  reason: string | undefined;
  /** How many were not kept. */
  leftOut = 0;
  /** By path; the flows that they are in come before them. */
  readonly #nodes = new Map<string, TreeNode>();

  constructor({ flow, runId, atMs }: Pick<AtomEvent, 'flow' | 'runId' | 'atMs'>) {
    this.flow = flow;
    this.runId = runId;
    this.startedAtMs = atMs;
  }

  get nodes(): readonly TreeNode[] {
    return [...this.#nodes.values()];
  }

  hear(event: FlowEvent): void {
    switch (event.type) {
      case 'run':
        this.state = event.state;
        this.durationMs = event.durationMs;
        this.reason = event.reason;
        return;
      case 'progress':
        this.#progress(event);
        return;
      default:
        // A task, a retry or a wait has come into a state.
        if ('state' in event) this.#atom(event);
    }
  }

  #atom({ path, state, attempt, durationMs, failure }: AtomEvent): void {
    this.goesBack = state === 'REVERTING' || state === 'REVERTED' || (this.goesBack && state !== 'RUNNING');
    const name = this.#place(path);
    if (name === undefined) return;
    const depth = depthOf(path);
    this.#nodes.set(path, { name, depth, state, attempt, durationMs, why: failure?.message, fraction: undefined });
  }

  #progress({ path, fraction }: ProgressEvent): void {
    const node = this.#nodes.get(path);
    if (node !== undefined) this.#nodes.set(path, { ...node, fraction });
  }

  /** Sees to the flows above it. @returns its name; nothing: there are too many */
  #place(path: string): string | undefined {
    const name = path.slice(path.lastIndexOf('/') + 1);
    if (this.#nodes.has(path)) return name;
    if (this.#nodes.size >= MAX_NODES) {
      this.leftOut++;
      return undefined;
    }
    const flow = path.slice(0, Math.max(0, path.lastIndexOf('/')));
    if (depthOf(flow) > 0 && !this.#nodes.has(flow)) {
      const its = this.#place(flow);
      if (its !== undefined) this.#nodes.set(flow, { name: its, depth: depthOf(flow) });
    }
    this.#insert(path, flow);
    return name;
  }

  /** After all that is in the same flow. */
  #insert(path: string, flow: string): void {
    const all = [...this.#nodes];
    let last = all.length - 1;
    while (last >= 0 && !isIn(all[last]?.[0] ?? '', flow)) last--;
    if (last < 0 || last === all.length - 1) return;
    this.#nodes.clear();
    for (const [index, [other, node]] of all.entries()) {
      this.#nodes.set(other, node);
      if (index === last) this.#nodes.set(path, { name: '', depth: 0 });
    }
  }
}

function isIn(path: string, flow: string): boolean {
  return path === flow || path.startsWith(`${flow}/`);
}

/** The root flow is 0, what is in it 1. */
function depthOf(path: string): number {
  return path === '' ? -1 : path.split('/').length - 1;
}
