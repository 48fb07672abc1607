import { nodesIn } from './stored-deciders.js';
import type { StoredAtom, StoredFlow } from './stored-flow.js';

/**
 * What is different in another version of a flow, where that may refuse a run: how far the run is tells whether it does.
 * Who resumes a run and who compares versions before a deploy go by the same list.
 */
export type Difference =
  | { readonly is: 'gone'; readonly atom: StoredAtom }
  | { readonly is: 'otherKind'; readonly atom: StoredAtom; readonly now: StoredAtom }
  | { readonly is: 'otherVersion'; readonly atom: StoredAtom; readonly now: StoredAtom }
  /** A wait waits for another signal, or for a time instead of one, or the other way round. */
  | { readonly is: 'otherSignal'; readonly atom: StoredAtom; readonly now: StoredAtom }
  | { readonly is: 'revertGone'; readonly atom: StoredAtom }
  /** A node that might fail without failing its flow may not any more. */
  | { readonly is: 'notOptional'; readonly node: string }
  /** A choice has lost one of its branches. */
  | { readonly is: 'branchGone'; readonly choice: string; readonly branch: string }
  /** What was not a choice is one now; `branches`: those of its nodes that were there before. */
  | { readonly is: 'nowChoice'; readonly choice: string; readonly branches: readonly string[] };

/** @param then the flow as it was @param now the same flow as it is here */
export function differencesOf(then: StoredFlow, now: StoredFlow): readonly Difference[] {
  return [
    ...[...then.atoms.values()].flatMap((atom) => differenceOf(atom, now.atoms.get(atom.path)) ?? []),
    ...obliged(then, now),
    ...choices(then, now),
  ];
}

function differenceOf(atom: StoredAtom, now: StoredAtom | undefined): Difference | undefined {
  if (now === undefined) return { is: 'gone', atom };
  if (now.kind !== atom.kind) return { is: 'otherKind', atom, now };
  if (now.version !== atom.version) return { is: 'otherVersion', atom, now };
  if (now.signal !== atom.signal) return { is: 'otherSignal', atom, now };
  return atom.reverts && !now.reverts ? { is: 'revertGone', atom } : undefined;
}

function obliged({ optional }: StoredFlow, now: StoredFlow): readonly Difference[] {
  return [...optional].flatMap((node) => (now.optional.has(node) || !hasNode(now, node) ? [] : [{ is: 'notOptional', node } as const]));
}

function choices(then: StoredFlow, now: StoredFlow): readonly Difference[] {
  const before = nodesIn(then);
  const here = nodesIn(now);
  const lost = [...then.flows].flatMap(([choice, { pattern }]): Difference[] => {
    if (pattern !== 'choice' || now.flows.get(choice)?.pattern !== 'choice') return [];
    const gone = [...(before.get(choice) ?? [])].filter((branch) => here.get(choice)?.has(branch) !== true);
    return gone.map((branch) => ({ is: 'branchGone', choice, branch }));
  });
  const become = [...now.flows].flatMap(([choice, { pattern }]): Difference[] => {
    if (pattern !== 'choice' || then.flows.get(choice)?.pattern === 'choice') return [];
    const branches = [...(here.get(choice) ?? [])].filter((branch) => hasNode(then, `${choice}/${branch}`));
    return branches.length < 2 ? [] : [{ is: 'nowChoice', choice, branches }];
  });
  return [...lost, ...become];
}

function hasNode({ atoms }: StoredFlow, node: string): boolean {
  return [...atoms.keys()].some((path) => path === node || path.startsWith(`${node}/`));
}
