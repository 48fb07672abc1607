import { askSchedule, requeueJob, sendSignal } from '../asking/others.js';
import { askMany, askOne } from '../asking/runs.js';
import type { Answer, Asked, Role } from '../base/asked.js';
import type { EventStreams } from '../http/event-stream.js';
import { aboutView } from '../views/about.js';
import type { RunCounts } from '../views/counts.js';
import { eventsView } from '../views/events.js';
import type { GroupedFailures } from '../views/failures.js';
import type { Graphs } from '../views/graphs.js';
import { boardView, limitsView, schedulesView } from '../views/others.js';
import { runView } from '../views/run.js';
import { runsView } from '../views/runs.js';

/** What views share for as long as the page is served. */
export interface Shared {
  readonly streams: EventStreams;
  readonly counts: RunCounts;
  readonly failures: GroupedFailures;
  readonly graphs: Graphs;
}

/** Something that can be asked for. */
export interface Route {
  readonly method: 'GET' | 'POST';
  /** Below {@link API}; `:app` stands for the name of an app. */
  readonly path: string;
  /** What whoever asks must be allowed to do. */
  readonly role: Role;
  readonly answer: (asked: Asked, shared: Shared) => Promise<Answer> | Answer;
}

/** Where the API is, below the base path. What changes the meaning of an answer makes it v2. */
export const API = '/api/v1';

/** All that can be asked for; documented in docs/page.md. */
export const ROUTES: readonly Route[] = [
  { method: 'GET', path: '/apps', role: 'read', answer: aboutView },
  { method: 'GET', path: '/apps/:app/runs', role: 'read', answer: runsView },
  { method: 'GET', path: '/apps/:app/counts', role: 'read', answer: (asked, { counts }) => counts.view(asked) },
  { method: 'GET', path: '/apps/:app/failures', role: 'read', answer: (asked, { failures }) => failures.view(asked) },
  { method: 'GET', path: '/apps/:app/run', role: 'read', answer: runView },
  { method: 'GET', path: '/apps/:app/run/graph', role: 'read', answer: (asked, { graphs }) => graphs.view(asked) },
  { method: 'GET', path: '/apps/:app/run/events', role: 'read', answer: (asked, { streams }) => eventsView(asked, streams) },
  { method: 'GET', path: '/apps/:app/schedules', role: 'read', answer: schedulesView },
  { method: 'GET', path: '/apps/:app/board', role: 'read', answer: boardView },
  { method: 'GET', path: '/apps/:app/limits', role: 'read', answer: limitsView },
  { method: 'POST', path: '/apps/:app/run/action', role: 'operate', answer: askOne },
  { method: 'POST', path: '/apps/:app/run/signal', role: 'operate', answer: sendSignal },
  { method: 'POST', path: '/apps/:app/runs/action', role: 'operate', answer: askMany },
  { method: 'POST', path: '/apps/:app/schedule/action', role: 'operate', answer: askSchedule },
  { method: 'POST', path: '/apps/:app/board/requeue', role: 'operate', answer: requeueJob },
];

/** The route for a path below the API, and the app that it names. */
export function routeOf(method: string, path: string): { readonly route: Route; readonly app?: string } | undefined {
  const [, first, app, ...rest] = path.split('/');
  const pattern = first === 'apps' && app !== undefined ? ['', 'apps', ':app', ...rest].join('/') : path;
  const route = ROUTES.find((one) => one.path === pattern && one.method === method);
  return route === undefined ? undefined : { route, ...(app === undefined ? {} : { app }) };
}
