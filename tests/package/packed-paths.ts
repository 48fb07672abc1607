import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What stands behind a name in `exports`: a file, or one for each condition. */
export type Door = string | { readonly [condition: string]: Door };
export const filesOf = (door: Door): readonly string[] => (typeof door === 'string' ? [door] : Object.values(door).flatMap(filesOf));

/** The links of a document to files beside it, as paths in the package. */
export function linksIn(project: string, path: string): readonly { readonly from: string; readonly target: string }[] {
  const text = readFileSync(join(project, 'node_modules/flowproof', path), 'utf8').replace(/```[\s\S]*?```/g, '');
  const targets = [...text.matchAll(/\]\(([^)\s#]+)(?:#[^)]*)?\)/g)].map(([, target]) => String(target));
  return targets
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => ({ from: path, target: join(dirname(path), target).replaceAll('\\', '/').replace(/\/$/, '') }));
}
