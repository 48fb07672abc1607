import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { TaskSet } from 'flowproof';
import { inWords } from '#model/in-words.js';
import { importedModule } from '../store/user-module.js';
import { UsageError } from '../terminal/io.js';

/** A module whose default export is a task set. */
export interface TaskSetModule {
  readonly url: URL;
  readonly tasks: TaskSet<object>;
}

/** @throws UsageError when there is none, or it exports something else */
export async function taskSetIn(file: string, folder: string): Promise<TaskSetModule> {
  const exported = await importedModule({ file, folder, given: 'TASKS', wanted: 'the task set' });
  // CommonJS has its exports in the default one.
  const found = [exported.default, (exported.default as { readonly default?: unknown } | null | undefined)?.default].find(isTaskSet);
  if (found === undefined)
    throw new UsageError(
      `${file}: its default export is ${'default' in exported ? inWords(exported.default) : 'absent'} and no task set: write export default taskSet({ tasks: […] })`,
    );
  return { url: pathToFileURL(resolve(folder, file)), tasks: found };
}

function isTaskSet(value: unknown): value is TaskSet<object> {
  return (value as Partial<TaskSet<object>> | null | undefined)?.['~flowproof']?.definition !== undefined;
}
