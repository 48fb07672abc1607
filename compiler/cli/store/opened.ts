import { type AnyFlow, type App, type AppLimits, flowproof, type Listener, type RunView } from 'flowproof';
import { type Operator, operatorOf, type UntypedOptions } from '#app';
import { type Io, UsageError } from '../terminal/io.js';
import { appIn } from './app-module.js';
import { storeAt } from './database.js';

/** Where the runs are, as a person says it. */
export interface Where {
  readonly app?: string | undefined;
  readonly database?: string | undefined;
}

export interface OpenedStore {
  readonly operator: Operator;
  /** What the app is made of, where the person has named one. */
  readonly options: UntypedOptions | undefined;
  /** By the flows of the app where there is one, which may call more secret than the run does. @throws RunNotFoundError */
  inspect(id: string): Promise<RunView>;
  /** With what the code says, where there is an app. */
  limits(): AppLimits;
}

/** How long a command waits for a store that is away, before it says so. */
export const STORE_TIMEOUT_MS = 2_000;

/** Does something with the runs of a store, and lets go of it. @throws UsageError, PersistenceError */
export async function withStore<Result>(
  where: Where,
  io: Io,
  use: 'read' | 'write',
  act: (store: OpenedStore) => Promise<Result>,
): Promise<Result> {
  const options = where.app === undefined ? undefined : await appIn(where.app, io.folder);
  const operator = operatorOf({
    persistence: options?.persistence ?? (await storeAt(named(where), io.folder, use)),
    clock: io.clock,
    storeTimeoutMs: STORE_TIMEOUT_MS,
    ...(options?.codec === undefined ? {} : { codec: options.codec }),
  });
  let app: App<AnyFlow[]> | undefined;
  const asked = (): App<AnyFlow[]> | undefined => {
    app ??= options === undefined ? undefined : appOf(options);
    return app;
  };
  const inspect = (id: string): Promise<RunView> => (asked() ?? operator).inspect(id);
  const limits = (): AppLimits => (asked() ?? operator).limits;
  try {
    await operator.open();
    return await act({ operator, options, inspect, limits });
  } finally {
    await app?.stop();
    await operator.close();
  }
}

/**
 * The app that a module exports, made again without recovery and schedules: it drives only the runs that the command names.
 *
 * @param schedule the only one that it has
 */
export function appOf(options: UntypedOptions, onEvent?: Listener, schedule?: string): App<AnyFlow[]> {
  const both: Listener = (event) => {
    onEvent?.(event);
    return options.onEvent?.(event);
  };
  const schedules = options.schedules?.filter((one) => (one as { readonly name?: unknown } | null)?.name === schedule) ?? [];
  const again: UntypedOptions = { ...options, recover: false, schedules, ...(onEvent === undefined ? {} : { onEvent: both }) };
  return flowproof(again as never) as unknown as App<AnyFlow[]>;
}

/** The address of a store. @throws UsageError when there is none */
export function named({ database }: Where): string {
  if (database !== undefined) return database;
  throw new UsageError('say where the runs are: --database URL, or --app FILE (or FLOWPROOF_DATABASE, FLOWPROOF_APP)');
}
