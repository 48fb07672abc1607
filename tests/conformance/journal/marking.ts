import type { Secrets } from '../../../src/model/secrets.js';
import type { AppendItem, CreateRunParams, Journal, Persistence } from '../../../src/persistence/index.js';

const NAMES: ReadonlySet<string> = new Set(['imageId', 'value', 'large', 'password', 'volume', 'a', 'in', '__proto__', 'constructor']);
const ATOMS = [0, 1, 2, 3];

/** In the runs of the cases, whatever has one of these names is secret. */
export const SECRETS: Secrets = {
  inputs: NAMES,
  outputs: new Map(ATOMS.map((atom) => [atom, NAMES])),
  secretReaders: new Map(ATOMS.map((atom) => [atom, new Set()])),
};

/** Says of every write that it has secrets in it, as an engine does whose flow has some. */
export function marking(persistence: Persistence): Persistence {
  const marked = <Write extends CreateRunParams | AppendItem>(write: Write): Write => ({ ...write, secrets: SECRETS });
  const connect = (): Journal => {
    const journal = persistence.connect();
    return new Proxy(journal, {
      get(_, key) {
        if (key === 'createRun') return (params: CreateRunParams) => journal.createRun(marked(params));
        if (key === 'append') return (items: readonly AppendItem[]) => journal.append(items.map(marked));
        if (key === 'appendIn') return (trx: unknown, item: AppendItem) => journal.appendIn?.(trx, marked(item));
        const own: unknown = Reflect.get(journal, key);
        return typeof own === 'function' ? own.bind(journal) : own;
      },
    });
  };
  return { kind: persistence.kind, connect };
}
