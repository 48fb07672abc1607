import type { DefinedTask } from '../../src/authoring/index.js';
import { defineTask } from '../../src/index.js';

type Giver<Name extends string, Out extends string, Value> = DefinedTask<Name, {}, { [Key in Out]: Value }, never, {}>;

/** Its types are known to whoever calls, not in here. */
export function give<const Name extends string, const Out extends string, Value>(
  name: Name,
  out: Out,
  value: Value,
): Giver<Name, Out, Value> {
  const result: unknown = { [out]: value };
  const task: unknown = defineTask({ name, provides: [out as 'out'], execute: async () => result as { out: string } });
  return task as Giver<Name, Out, Value>;
}

export const noted = <const Name extends string>(name: Name, log: string[], fails = false) =>
  defineTask({
    name,
    async execute(): Promise<void> {
      log.push(name);
      if (fails) throw new Error(`${name} failed`);
    },
    async revert() {
      log.push(`undo ${name}`);
    },
  });
