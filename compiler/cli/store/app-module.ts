import { APP_OPTIONS, type UntypedOptions } from '#app';
import { UsageError } from '../terminal/io.js';
import { importedModule } from './user-module.js';

/**
 * What the app is made of that a module exports: by default, as `app`, or as the only one. It may be a promise. The app itself is not
 * used: it would take up runs that other processes left.
 *
 * @throws UsageError
 */
export async function appIn(file: string, folder: string): Promise<UntypedOptions> {
  const exported = await importedModule({ file, folder, given: '--app', wanted: 'the app' });
  for (const name of ['default', 'app']) {
    const options = optionsOf(exported[name]);
    if (options !== undefined) return options;
  }
  const all = Object.values(exported).flatMap((one) => optionsOf(one) ?? []);
  const [first, second] = [...new Set(all)];
  if (first === undefined) throw new UsageError(`${file} exports no app: export const app = flowproof({ … })`);
  if (second !== undefined) throw new UsageError(`${file} exports several apps: export the one that is meant by default, or as 'app'`);
  return first;
}

/** CommonJS has its exports in the default one, too. */
function optionsOf(value: unknown): UntypedOptions | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { [APP_OPTIONS]: options, app } = value as { readonly [APP_OPTIONS]?: UntypedOptions; readonly app?: unknown };
  return options ?? (app === undefined ? undefined : (app as { readonly [APP_OPTIONS]?: UntypedOptions } | null)?.[APP_OPTIONS]);
}
