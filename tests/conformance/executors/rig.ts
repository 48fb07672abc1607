import type { Call, ExecutorChoice } from '../../../src/contracts/index.js';
import type { FlowEvent, Persistence } from '../../../src/index.js';
import { type App, appOf } from './flows.js';

/** What the suite needs beside an executor. */
export interface ExecutorKind {
  /** A new one, which calls the tasks of `tasks.ts`. One that calls them elsewhere gives that module to its places. */
  make(): ExecutorChoice;
  /** A task can end the place that calls it with `process.exit`, and nothing else. Else calls are lost before they are made. */
  readonly dies?: true;
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
  /** The same, where calls of `mortal` are lost, as many as its inputs say. */
  losing(): RigApp;
  /** Stops all apps. */
  close(): Promise<void>;
}

export interface ExecutorCase {
  readonly name: string;
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
  return {
    app: (settings = {}) => made(kind.make(), settings),
    losing: () => made(kind.dies ? kind.make() : losing(kind.make()), {}),
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
          if (request.of !== 'task' || request.task !== 'mortal') return executor.start(work);
          const deaths = request.inputs[request.phase === 'execute' ? 'deaths' : 'deathsInRevert'] as number;
          if (request.attempt > deaths) return executor.start(work);
          const failure = { name: 'PlaceGone', message: 'its process has ended' };
          return { end: Promise.resolve({ kind: 'lost', failure }), abort: () => undefined, kill: () => undefined };
        },
      };
    },
  };
}
