import { decidersIn, type StoredDecider, type StoredFlow, storedFlow } from '../../compilation/index.js';
import { type AtomStatus, newAtom, type RunStatus } from './run-status.js';

const NOT_THERE = newAtom();

/** What became of a run, by the paths of the flow that it has had so far: another version of the flow has those, too. */
export class Past {
  readonly flow: StoredFlow;
  readonly #atoms: readonly AtomStatus[];
  readonly #paths: readonly string[];
  /** Where each node of the flow lies among its atoms. */
  readonly #places = new Map<string, { readonly first: number; end: number }>();
  /** What links have said, by the keys of their deciders. */
  readonly #links = new Map<string, boolean>();
  /** Which branches each choice that was made has chosen: one, or none where the chosen one has no atoms. */
  readonly #chosen = new Map<string, Set<string>>();
  /** Nodes with a decider inside that has answered. */
  readonly #votedIn = new Set<string>();

  /** @param status of the run before it goes on with the other version */
  constructor({ manifest, atoms }: RunStatus) {
    this.flow = storedFlow(manifest);
    this.#atoms = atoms;
    this.#paths = [...this.flow.atoms.keys()];
    let place = 0;
    for (const path of this.#paths) {
      for (const node of [...around(path), path]) this.#place(node, place);
      place++;
    }
    const votes = new Map(atoms.flatMap((atom) => Object.entries(atom.votes).map(([decider, yes]) => [Number(decider), yes] as const)));
    for (const [index, decider] of decidersIn(this.flow).entries()) this.#note(decider, votes.get(index));
  }

  /** What became of the atom of this path; of one that is none as if it had not begun. */
  at(path: string): AtomStatus {
    return this.#in(path)[0] ?? NOT_THERE;
  }

  /** What a link has said. */
  link(key: string): boolean | undefined {
    return this.#links.get(key);
  }

  /** The branches that a choice has chosen, or that have begun; nothing before it was made. */
  chosen(choice: string): ReadonlySet<string> | undefined {
    return this.#chosen.get(choice);
  }

  hasBegun(node: string): boolean {
    return this.#in(node).some(({ state }) => state !== 'PENDING' && state !== 'IGNORE');
  }

  /** Whether something of the node has yet to be done. */
  isAhead(node: string): boolean {
    return this.#in(node).some(({ state, intention }) => state === 'PENDING' && intention === 'EXECUTE');
  }

  /** Whether the node was skipped as a whole, and not merely all that is in it, each for a reason of its own. */
  isSkipped(node: string): boolean {
    const atoms = this.#in(node);
    if (atoms.length === 0 || atoms.some(({ state }) => state !== 'IGNORE')) return false;
    if (atoms.some(({ intention }) => intention === 'IGNORE')) return [...around(node), node].some((part) => this.isLeftOut(part));
    return !this.#votedIn.has(node);
  }

  /** Whether it was optional, has failed, and is left out or about to be: itself, and not only optional nodes in it. */
  isLeftOut(node: string): boolean {
    const place = this.#places.get(node);
    if (place === undefined || !this.flow.optional.has(node)) return false;
    const inner = [...this.flow.optional].filter((other) => isIn(other, node));
    return this.#paths
      .slice(place.first, place.end)
      .some(
        (path, offset) =>
          this.#atoms[place.first + offset]?.intention === 'IGNORE' && !inner.some((node) => path === node || isIn(path, node)),
      );
  }

  #place(node: string, place: number): void {
    const known = this.#places.get(node);
    if (known === undefined) this.#places.set(node, { first: place, end: place + 1 });
    else known.end = place + 1;
  }

  #in(node: string): readonly AtomStatus[] {
    const place = this.#places.get(node);
    return place === undefined ? [] : this.#atoms.slice(place.first, place.end);
  }

  #note({ key, target, choice }: StoredDecider, yes: boolean | undefined): void {
    if (yes !== undefined) for (const node of around(target)) this.#votedIn.add(node);
    if (choice === undefined) {
      if (yes !== undefined) this.#links.set(key, yes);
      return;
    }
    const isChosen = yes ?? this.hasBegun(target);
    if (yes === undefined && !isChosen) return;
    const chosen = this.#chosen.get(choice) ?? new Set();
    this.#chosen.set(choice, isChosen ? chosen.add(target.slice(choice.length + 1)) : chosen);
  }
}

function isIn(node: string, flow: string): boolean {
  return node.startsWith(`${flow}/`);
}

/** The flows around a node, from the outermost. */
export function around(path: string): readonly string[] {
  const nodes: string[] = [];
  for (let end = path.indexOf('/'); end >= 0; end = path.indexOf('/', end + 1)) nodes.push(path.slice(0, end));
  return nodes;
}
