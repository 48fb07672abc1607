import { isBuiltin } from 'node:module';
import { dirname } from 'node:path/posix';
import type { Import, SourceText } from './imports.js';
import { wordsIn } from './names.js';
import type { Architecture, Room } from './rooms.js';

export type Rule =
  | 'room'
  | 'floor'
  | 'crowd'
  | 'direction'
  | 'leaf'
  | 'door'
  | 'cycle'
  | 'npm'
  | 'node'
  | 'outside'
  | 'impure'
  | 'lines'
  | 'name';

export interface Violation {
  readonly rule: Rule;
  /** `path:line` */
  readonly at: string;
  readonly message: string;
}

/** Everything in which these sources differ from the architecture. */
export function checkArchitecture(sources: readonly SourceText[], architecture: Architecture): readonly Violation[] {
  const found: Violation[] = [];
  for (const source of sources) {
    const own = roomOf(source.path);
    const room = architecture.rooms[own];
    const report = (rule: Rule, line: number, message: string) => found.push({ rule, at: `${source.path}:${line}`, message });
    if (room === undefined) {
      report('room', 1, `the room '${own}' is not in the table`);
      continue;
    }
    const floor = floorOf(source.path, own, room);
    if (floor === 'none') report('floor', 1, `is on no floor of '${own}'`);
    if (source.lines > architecture.maxLines) report('lines', source.lines, `has more than ${architecture.maxLines} lines`);
    for (const { name, line } of source.uses) {
      if (architecture.impure.some(({ file, uses }) => file === source.path && uses.includes(name))) continue;
      report('impure', line, `uses ${name}: it must be handed in`);
    }
    for (const [name, line] of [[source.path, 1] as const, ...source.names]) {
      for (const { word, instead, stored = [] } of wordsIn(name, architecture.forbidden)) {
        if (!stored.includes(source.path)) report('name', line, `says '${word}' in '${name}': it is called ${instead}`);
      }
    }
    for (const one of source.imports) {
      const wrong = checkImport(source.path, own, room, one, architecture);
      if (wrong !== undefined) report(wrong.rule, one.line, wrong.message);
    }
  }
  return [...found, ...crowds(sources, architecture), ...cycles(sources)];
}

/** Folders in which nobody finds anything. */
function crowds(sources: readonly SourceText[], { maxFiles, families }: Architecture): readonly Violation[] {
  const files = new Map<string, number>();
  for (const { path } of sources) files.set(dirname(path), (files.get(dirname(path)) ?? 0) + 1);
  return [...files].flatMap(([folder, count]): readonly Violation[] =>
    count <= maxFiles || families.includes(folder)
      ? []
      : [{ rule: 'crowd', at: `${folder}:1`, message: `has ${count} files, where ${maxFiles} are the most` }],
  );
}

/** `authoring` for `authoring/task.ts`, `adapters/postgres` for `adapters/postgres/sql.ts`, `''` for `index.ts`. */
export function roomOf(path: string): string {
  const folders = path.split('/').slice(0, -1);
  return folders[0] === 'adapters' ? folders.slice(0, 2).join('/') : (folders[0] ?? '');
}

/** Which of its room's floors a file is on, from the lowest; the door is above all of them. */
function floorOf(path: string, own: string, { floors }: Room): number | 'none' {
  const inside = path.slice(own.length + 1);
  if (floors === undefined) return 0;
  if (inside === 'index.ts') return floors.length;
  const floor = floors.indexOf(inside.split('/')[0] ?? '');
  return floor < 0 ? 'none' : floor;
}

function checkImport(
  path: string,
  own: string,
  room: Room,
  { specifier, target }: Import,
  { rooms }: Architecture,
): { rule: Rule; message: string } | undefined {
  if (target === undefined) {
    if (isBuiltin(specifier)) {
      const inside = own === '' ? path : path.slice(own.length + 1);
      if (specifier.startsWith('node:') && room.node?.some((prefix) => inside.startsWith(prefix))) return undefined;
      return { rule: 'node', message: `imports '${specifier}' from Node` };
    }
    const name = specifier
      .split('/')
      .slice(0, specifier.startsWith('@') ? 2 : 1)
      .join('/');
    if (room.npm?.includes(name)) return undefined;
    return { rule: 'npm', message: `imports '${specifier}' from npm` };
  }
  if (target.startsWith('..')) return { rule: 'outside', message: `imports '${specifier}', which is outside` };
  const other = roomOf(target);
  if (other === own) {
    const isUpwards = floorOf(target, own, room) > floorOf(path, own, room);
    return isUpwards ? { rule: 'floor', message: `imports '${target}', which is on a higher floor` } : undefined;
  }
  if (rooms[other]?.leaf) return { rule: 'leaf', message: `imports '${other}', which nobody may` };
  if (!room.imports.includes(other)) return { rule: 'direction', message: `'${own}' may not import '${other}'` };
  if (target !== `${other}/index.ts` && !rooms[other]?.vocabulary) {
    return { rule: 'door', message: `imports '${target}' past the door ${other}/index.ts` };
  }
  return undefined;
}

/** Groups of files that import each other in a circle, by way of types too; Tarjan's algorithm. */
function cycles(sources: readonly SourceText[]): Violation[] {
  const byPath = new Map(sources.map((source) => [source.path, source]));
  const order = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const found: Violation[] = [];
  const visit = (path: string): number => {
    const number = order.size;
    order.set(path, number);
    let lowest = number;
    stack.push(path);
    const targets = byPath.get(path)?.imports.flatMap(({ target }) => (target !== undefined && byPath.has(target) ? [target] : [])) ?? [];
    for (const target of targets) {
      if (!order.has(target)) lowest = Math.min(lowest, visit(target));
      else if (stack.includes(target)) lowest = Math.min(lowest, low.get(target) ?? order.get(target) ?? number);
    }
    low.set(path, lowest);
    if (lowest === number) {
      const group = stack.splice(stack.indexOf(path));
      if (group.length > 1 || targets.includes(path)) {
        found.push({ rule: 'cycle', at: `${path}:1`, message: `is in a circle of imports: ${[...group].sort().join(', ')}` });
      }
    }
    return lowest;
  };
  for (const path of byPath.keys()) if (!order.has(path)) visit(path);
  return found;
}

/** Packages that are loaded when this file is; types load nothing. */
export function loadedPackages(sources: readonly SourceText[], from: string): ReadonlySet<string> {
  const byPath = new Map(sources.map((source) => [source.path, source]));
  const packages = new Set<string>();
  const seen = new Set<string>();
  const visit = (path: string): void => {
    if (seen.has(path)) return;
    seen.add(path);
    for (const { specifier, target, typeOnly } of byPath.get(path)?.imports ?? []) {
      if (typeOnly) continue;
      if (target !== undefined) visit(target);
      else if (!isBuiltin(specifier)) packages.add(specifier);
    }
  };
  visit(from);
  return packages;
}
