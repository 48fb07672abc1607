import {
  type AppBoard,
  type AppLimits,
  type AppSchedules,
  type CancelOptions,
  type FollowOptions,
  type InspectOptions,
  type RunsPage,
  type RunsQuery,
  type RunView,
  type SignalOptions,
  VIEWED,
  type ViewedApp,
} from '../../app/index.js';
import type { FlowEvent } from '../../engine/index.js';
import { inWords } from '../../model/in-words.js';

/** What the page uses of an app: any app that `flowproof()` has made. */
export interface UiApp {
  readonly flows: readonly string[];
  readonly schedules: Pick<AppSchedules, 'list' | 'pause' | 'resume'> & { run(name: string): Promise<{ readonly id: string }> };
  readonly board: AppBoard;
  readonly limits: AppLimits;
  runs(query?: RunsQuery): Promise<RunsPage>;
  inspect(id: string, options?: InspectOptions): Promise<RunView>;
  follow(id: string, options?: FollowOptions): AsyncIterable<FlowEvent>;
  cancel(id: string, options?: CancelOptions): Promise<unknown>;
  suspend(id: string): Promise<void>;
  retryFailed(id: string): Promise<unknown>;
  retryRevert(id: string, path: string): Promise<unknown>;
  skipRevert(id: string, path: string): Promise<unknown>;
  reset(id: string): Promise<void>;
  requeue(id: string): Promise<unknown>;
}

/** Of an app, what its types leave out: they know flows, and the page knows names only. */
interface UntypedApp extends UiApp {
  readonly [VIEWED]: ViewedApp;
  resume(id: string): Promise<unknown>;
  handle(id: string): { signal(name: string, payload?: unknown, options?: SignalOptions): Promise<void> };
}

/** An app with the name that the page has for it. */
export interface NamedApp {
  readonly name: string;
  readonly app: UntypedApp;
  readonly inside: ViewedApp;
}

/** What a single app is called. */
const ONLY = 'app';
const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$/;

/** @throws TypeError */
export function namedApps(given: UiApp | Readonly<Record<string, UiApp>>): readonly NamedApp[] {
  const apps = isApp(given) ? [[ONLY, given] as const] : Object.entries(given ?? {});
  if (apps.length === 0) throw new TypeError('ui() has no app: give one, or several by name, as in ui({ shop, billing })');
  return apps.map(([name, app]) => {
    if (!NAME.test(name)) throw new TypeError(`ui() has an app called ${inWords(name)}: a name has 1 to 40 letters, digits, '-' and '_'`);
    if (!isApp(app)) throw new TypeError(`ui() was given ${inWords(app)} as '${name}': it must be an app that flowproof() has made`);
    return { name, app, inside: app[VIEWED] };
  });
}

function isApp(value: unknown): value is UntypedApp {
  return typeof value === 'object' && value !== null && (value as { readonly [VIEWED]?: unknown })[VIEWED] !== undefined;
}
