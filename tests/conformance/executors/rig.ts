import type { Call, ExecutorChoice } from '../../../src/contracts/index.js';
import type { FlowEvent, Persistence } from '../../../src/index.js';
import type { Death } from './dying.js';
import { type App, appOf } from './flows.js';

/** What the suite needs beside an executor. */
export interface ExecutorKind {
  /** A new one, which calls the tasks of `tasks.ts`. One that calls them elsewhere gives that module to its places. */
  make(): ExecutorChoice;
  /** How a task can end the place that calls it, and nothing else. Absent: not at all, and calls are lost before they are made. */
  readonly deaths?: readonly Death[];
  /** Its calls go on when their engine is gone, for the next one. */
  readonly reattaches?: true;
  /** An error that ends a place is heard of. Absent: only its exit code, as its own output has the error. */
  readonly tellsErrors?: true;
}

interface RigSettings {
  readonly persistence?: Persistence;
  readonly graceMs?: number;
}

export interface RigApp {
  readonly app: App;
  /** What its listeners have heard. */
  readonly events: FlowEvent[];
}

/** Of one case. */
export interface ExecutorRig {
  /** An app whose tasks are called by the executor. */
  app(settings?: RigSettings): RigApp;
  /** The same, where calls of tasks that die are lost, as many as its inputs say. */
  losing(): RigApp;
  /** It can end a call by force. */
  readonly ends: boolean;
  /** Stops all apps. */
  close(): Promise<void>;
}

export interface ExecutorCase {
  readonly name: string;
  /** The next engine makes the call again: not of an executor whose calls go on. */
  readonly makesAgain?: true;
  /** Rejects when the executor is wrong. */
  run(rig: ExecutorRig): Promise<void>;
}

export function rigOf(kind: ExecutorKind): ExecutorRig {
  const apps: App[] = [];
  const made = (executor: ExecutorChoice, settings: RigSettings): RigApp => {
    const events: FlowEvent[] = [];
    const app = appOf({ ...settings, executor, onEvent: (event) => events.push(event) });
    apps.push(app);
    return { app, events };
  };
  const dies = kind.deaths !== undefined;
  return {
    ends: dies,
    app: (settings = {}) => made(kind.make(), settings),
    losing: () => made(dies ? kind.make() : losing(kind.make()), {}),
    async close() {
      for (const app of apps.reverse()) await app.stop();
    },
  };
}

/** Loses what would end its process. */
function losing(chosen: ExecutorChoice): ExecutorChoice {
  return {
    kind: chosen.kind,
    make(parts) {
      const executor = chosen.make(parts);
      return {
        ...executor,
        start(work): Call {
          const { request } = work;
          if (request.of !== 'task') return executor.start(work);
          const deaths = request.inputs[request.phase === 'execute' ? 'deaths' : 'deathsInRevert'];
          if (typeof deaths !== 'number' || request.attempt > deaths) return executor.start(work);
          const failure = { name: 'PlaceGone', message: 'its process has ended' };
          return { end: Promise.resolve({ kind: 'lost', failure }), abort: () => undefined, kill: () => undefined };
        },
      };
    },
  };
}
