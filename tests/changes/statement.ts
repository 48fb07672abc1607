import type { Life } from './life.js';
import type { Atom, View } from './observer.js';
import { branchesOf, type NodePlan, nodesOf, type Plan } from './plans.js';
import type { Result } from './worker.js';

/*
 * What must hold of a run whose flow changes while it is under way, said without the engine: of what the code of the flow was
 * asked and did, and of what the store shows. Each of these gives what is wrong.
 */

/**
 * Of a run that has come to rest.
 *
 * @param providers who gives which value to the results, by its name
 */
export function wrongAtRest(
  { atoms }: View,
  result: Result,
  plan: Plan,
  life: Life,
  providers: ReadonlyMap<string, string>,
): readonly string[] {
  const done = new Set(atoms.filter(({ state }) => state === 'SUCCESS').map(({ path }) => path));
  const tasks = tasksIn(plan);
  const wrong: string[] = [];
  for (const { path, state } of atoms) {
    const task = tasks.get(path);
    if (task === undefined) continue;
    const left = life.left(path);
    if (state === 'SUCCESS' && left === undefined) wrong.push(`${path} is SUCCESS, and nothing of it is left`);
    if (task.reverts && left !== undefined && ['PENDING', 'REVERTED', 'IGNORE'].includes(state)) {
      wrong.push(`${path} is ${state}, and was done`);
    }
  }
  const present = new Set(atoms.map(({ path }) => path));
  for (const path of life.standing()) if (!present.has(path)) wrong.push(`${path} was done, and is not in the flow any more`);
  switch (result.state) {
    case 'SUCCESS':
      for (const { path, state } of atoms) if (state !== 'SUCCESS' && state !== 'IGNORE') wrong.push(`SUCCESS, and ${path} is ${state}`);
      for (const [name, path] of providers) {
        const gave = done.has(path) ? life.left(path)?.[name] : undefined;
        const shown = result.results?.[name];
        if (gave !== shown) wrong.push(`${path} gave ${gave} as ${name}, and the result is ${String(shown)}`);
      }
      break;
    case 'REVERTED':
    case 'CANCELLED':
      for (const path of done) if (tasks.has(path)) wrong.push(`${result.state}, and ${path} is done`);
      break;
    case 'FAILURE':
      if (atoms.every(({ state }) => !['REVERT_FAILURE', 'SUCCESS', 'FAILURE'].includes(state))) wrong.push('FAILURE, and nothing is left');
      break;
    default:
      for (const { path, state } of atoms)
        if (state === 'RUNNING' || state === 'REVERTING') wrong.push(`it rests, and ${path} is ${state}`);
  }
  if ((result.state === 'REVERTED' || result.state === 'FAILURE') && result.failures?.length === 0) {
    wrong.push(`${result.state} without failures`);
  }
  for (const { path, failure } of result.failures ?? []) if (failure.code === 'VALUE_ABSENT') wrong.push(`${path} found no value`);
  for (const choice of choicesIn(plan)) {
    const begun = begunIn(choice, atoms);
    if (begun.length > 1) wrong.push(`${choice} has begun ${begun.join()}`);
  }
  return wrong;
}

/** Of the same run before and after a shift in which no retry has begun again. */
export function wrongBetween(before: View, then: Plan, after: View, now: Plan, asked: readonly string[]): readonly string[] {
  const wrong: string[] = [];
  const were = new Map(before.atoms.map(({ path, state }) => [path, state]));
  const are = new Map(after.atoms.map(({ path, state }) => [path, state]));
  const [tasksThen, tasksNow] = [tasksIn(then), tasksIn(now)];
  for (const [path, state] of were) {
    const is = are.get(path);
    if (state !== 'IGNORE' || is === undefined || tasksThen.has(path) !== tasksNow.has(path)) continue;
    if (is !== 'IGNORE') wrong.push(`${path} was skipped, and is ${is}`);
  }
  const choicesNow = choicesIn(now);
  for (const choice of choicesIn(then)) {
    if (!choicesNow.has(choice)) continue;
    const inside = before.atoms.filter(({ path }) => path.startsWith(`${choice}/`));
    const isMade = inside.some(({ state }) => state !== 'PENDING');
    if (isMade && asked.includes(choice)) wrong.push(`${choice} was made, and is asked again`);
    const [chosen] = begunIn(choice, before.atoms);
    const others = begunIn(choice, after.atoms).filter((branch) => branch !== chosen);
    if (chosen !== undefined && others.length > 0) wrong.push(`${choice} chose ${chosen}, and has begun ${others.join()}`);
    const skipped = branchesIn(choice, before.atoms).filter((branch) => isSkipped(`${choice}/${branch}`, before.atoms));
    // All of them: what was chosen may have skipped what is in it.
    if (skipped.length === branchesIn(choice, before.atoms).length) continue;
    for (const branch of skipped) {
      const begun = after.atoms.filter(({ path, state }) => isIn(`${choice}/${branch}`, path) && hasBegun(state));
      for (const { path, state } of begun) wrong.push(`${choice} has skipped ${branch}, and ${path} is ${state}`);
    }
  }
  return wrong;
}

/** All nodes of a flow, by their paths. */
function nodesBy(node: NodePlan, around: string): ReadonlyMap<string, NodePlan> {
  const path = around === '' ? node.name : `${around}/${node.name}`;
  const inside = node.kind === 'task' ? [] : node.kind === 'choice' ? branchesOf(node) : nodesOf(node);
  return new Map([[path, node] as const, ...inside.flatMap((one) => [...nodesBy(one, path)])]);
}

function tasksIn({ root }: Plan) {
  return new Map([...nodesBy(root, '')].flatMap(([path, node]) => (node.kind === 'task' ? [[path, node] as const] : [])));
}

function choicesIn({ root }: Plan) {
  return new Set([...nodesBy(root, '')].flatMap(([path, { kind }]) => (kind === 'choice' ? [path] : [])));
}

function branchesIn(choice: string, atoms: readonly Atom[]): readonly string[] {
  const inside = atoms.filter(({ path }) => path.startsWith(`${choice}/`));
  return [...new Set(inside.map(({ path }) => path.slice(choice.length + 1).split('/', 1)[0] as string))];
}

function begunIn(choice: string, atoms: readonly Atom[]): readonly string[] {
  return branchesIn(
    choice,
    atoms.filter(({ state }) => hasBegun(state)),
  );
}

function hasBegun(state: string): boolean {
  return state !== 'PENDING' && state !== 'IGNORE' && state !== 'REVERTED';
}

function isSkipped(node: string, atoms: readonly Atom[]): boolean {
  return atoms.filter(({ path }) => isIn(node, path)).every(({ state }) => state === 'IGNORE');
}

function isIn(node: string, path: string): boolean {
  return path === node || path.startsWith(`${node}/`);
}
