import type { Secrets } from '../../model/secrets.js';
import type { FlowShape, NodeShape } from '../shape/flow-shape.js';
import type { Source } from '../shape/source.js';
import type { BoundAtom, BoundFlow } from './bound-flow.js';

/**
 * Which values of a flow are secret. Whoever gives a value may say so, and whoever takes it: a value is secret where it
 * comes from, whatever names it has on its way.
 *
 * @param read secret inputs of nested flows, as they are outside
 * @returns nothing, if nothing is secret
 */
export function secretsIn(shape: FlowShape, bound: BoundFlow, read: readonly Source[]): Secrets | undefined {
  if (!shape.nodes.some((node) => secretOf(node).length > 0)) return undefined;
  const marks = new Marks();
  const { atoms } = bound;
  for (const name of secretOf(shape.nodes[0])) marks.add({ from: 'input', name });
  for (const source of read) marks.add(source);
  for (const [atom, { node, revertInputs }] of atoms.entries()) {
    const outputs = outputNamesOf(shape.nodes[node]);
    for (const name of secretOf(shape.nodes[node])) {
      if (outputs.includes(name)) marks.add({ from: 'atom', atom, output: name });
      if (revertInputs[name] !== undefined) marks.add(revertInputs[name]);
    }
  }
  spread(shape, atoms, marks);
  return marks.secrets(secretReadersIn(shape, bound, marks), signalsIn(shape, bound, marks));
}

function secretOf(node: NodeShape | undefined): readonly string[] {
  return (node !== undefined && 'secret' in node ? node.secret : undefined) ?? [];
}

function outputNamesOf(node: NodeShape | undefined): readonly string[] {
  if (node?.kind === 'task') return [...node.provides, ...node.keeps];
  return node?.kind === 'retry' ? node.provides : [];
}

/** What a retry takes from a list is as secret as the list, and the other way round. */
function spread(shape: FlowShape, atoms: readonly BoundAtom[], marks: Marks): void {
  const items = atoms.flatMap(({ node, inputs }, atom) => {
    const retry = shape.nodes[node];
    if (retry?.kind !== 'retry' || retry.policy.kind !== 'forEachOf') return [];
    const list = inputs[retry.requires[0]?.name ?? ''];
    return list === undefined ? [] : [[list, { from: 'atom', atom, output: retry.provides[0] ?? '' }] as const];
  });
  for (let before = -1; before < marks.size; ) {
    before = marks.size;
    for (const [list, item] of items) {
      if (marks.has(list)) marks.add(item);
      if (marks.has(item)) marks.add(list);
    }
  }
}

/**
 * The atoms that may know a secret: those that take or give one, those whose decider is given one (what it says wrong is
 * their failure), and retries of the user's own, which are asked about failures of such atoms.
 */
function secretReadersIn(shape: FlowShape, bound: BoundFlow, marks: Marks): Map<number, ReadonlySet<string>> {
  const secretReaders = new Map<number, ReadonlySet<string>>();
  for (const [atom, { node, revertInputs }] of bound.atoms.entries()) {
    const own = secretOf(shape.nodes[node]);
    const taken = Object.entries(revertInputs).filter(([name, source]) => own.includes(name) || marks.has(source));
    if (taken.length > 0 || own.length > 0 || marks.givenBy(atom)) secretReaders.set(atom, new Set(taken.map(([name]) => name)));
  }
  for (const atom of decidedBySecrets(shape, bound, marks)) if (!secretReaders.has(atom)) secretReaders.set(atom, new Set());
  for (const [retry, end] of bound.retryEnds) {
    const { policy } = shape.nodes[bound.atoms[retry]?.node ?? -1] as Extract<NodeShape, { kind: 'retry' }>;
    const asked = policy.kind === 'custom' && [...secretReaders.keys()].some((atom) => atom > retry && atom < end);
    if (asked && !secretReaders.has(retry)) secretReaders.set(retry, new Set());
  }
  return secretReaders;
}

/** Signals that give a secret: also what is sent with them is one. */
function signalsIn(shape: FlowShape, { atoms }: BoundFlow, marks: Marks): ReadonlySet<string> {
  const waits = atoms.map(({ node }, atom) => [shape.nodes[node], atom] as const);
  return new Set(
    waits.flatMap(([node, atom]) =>
      node?.kind === 'task' && node.wait?.kind === 'signal' && marks.givenBy(atom) ? [node.wait.signal] : [],
    ),
  );
}

/** The first atom of each node whose decider is given a secret. */
function decidedBySecrets(shape: FlowShape, bound: BoundFlow, marks: Marks): number[] {
  const atoms: number[] = [];
  const firstOf = (node: number): number => bound.atoms.findIndex((atom) => atom.node >= node);
  for (const [index, node] of shape.nodes.entries()) {
    if (node.kind !== 'flow') continue;
    const children = bound.children[index] ?? [];
    const reads = Object.values(bound.reads.get(index) ?? {});
    if (reads.some((source) => marks.has(source))) atoms.push(...children.map(firstOf));
    const named = new Map(children.map((child) => [shape.nodes[child]?.name, child]));
    for (const { from, to, decider } of node.links) {
      const outputs = [...(bound.outputs[named.get(from) ?? -1]?.values.values() ?? [])];
      if (decider === 'function' && outputs.some((source) => marks.has(source))) atoms.push(firstOf(named.get(to) ?? -1));
    }
  }
  return atoms.filter((atom) => atom >= 0);
}

/** Values that are secret, by where they come from. */
class Marks {
  readonly #inputs = new Set<string>();
  readonly #outputs = new Map<number, Set<string>>();
  /** They are in the code, and never stored; whoever takes one may tell it. */
  readonly #constants = new Set<string>();
  size = 0;

  add(source: Source): void {
    if (this.has(source) && (source.from === 'input' || source.from === 'atom')) return;
    switch (source.from) {
      case 'input':
        this.size++;
        this.#inputs.add(source.name);
        return;
      case 'atom':
        this.size++;
        this.#outputs.set(source.atom, (this.#outputs.get(source.atom) ?? new Set()).add(source.output));
        return;
      case 'branch':
        for (const one of source.of) this.add(one);
        return;
      case 'constant':
        this.#constants.add(`${source.node} ${source.input}`);
    }
  }

  has(source: Source): boolean {
    switch (source.from) {
      case 'input':
        return this.#inputs.has(source.name);
      case 'atom':
        return this.#outputs.get(source.atom)?.has(source.output) === true;
      case 'branch':
        return source.of.some((one) => this.has(one));
      case 'constant':
        return this.#constants.has(`${source.node} ${source.input}`);
    }
  }

  givenBy(atom: number): boolean {
    return this.#outputs.has(atom);
  }

  secrets(secretReaders: Secrets['secretReaders'], signals: ReadonlySet<string>): Secrets {
    return { inputs: this.#inputs, outputs: this.#outputs, secretReaders, ...(signals.size === 0 ? {} : { signals }) };
  }
}
