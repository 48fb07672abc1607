import type { OnInterrupted, Port, TaskCode, TimesDefinition } from '../../authoring/index.js';
import type { CompiledAtom, CompiledRetry, CompiledWait, Source } from '../../compilation/index.js';
import type { AtomKind } from '../../model/states.js';
import type { Limits } from './protocol.js';

/** Input → where its value comes from. */
type Inputs = Readonly<Record<string, Source>>;

/** How the engine treats the atoms of one kind. */
export interface AtomBehavior<Atom extends CompiledAtom> {
  /**
   * What begins when its turn has come. `call`: a call of its code. `attempt`: an attempt of its flow, which it may have code for.
   * `wait`: nothing is called, and it goes on when its time comes, or its signal.
   */
  readonly begins: 'call' | 'attempt' | 'wait';
  /** The word that states that its code has returned. */
  readonly returned: 'SUCCESS' | 'ATTEMPT';
  /** It does something outside of the run, which is there until it is undone. */
  readonly hasEffects: boolean;
  /** Code of the user that may be called for it, and what that is called. */
  code(atom: Atom): { readonly name: string; readonly code: TaskCode } | undefined;
  /** Whether there may be something to call when it begins. Without, that costs no call. */
  mayExecute(atom: Atom, limits: Limits): boolean;
  /** The same when it is undone. */
  mayRevert(atom: Atom, limits: Limits): boolean;
  /** How often an engine may die in its code. */
  maxLosses(atom: Atom): number;
  /** What is done when an engine has died in its execute. */
  onInterrupted(atom: Atom): OnInterrupted;
  /** How its execute is tried again, without anything being undone; absent: it is not. */
  retry(atom: Atom): TimesDefinition | undefined;
  /** How long all calls of its execute may take, with the pauses between them, in milliseconds; absent: as long as they like. */
  deadlineMs(atom: Atom): number | undefined;
  /** How its revert is tried again; absent: it is not. */
  revertRetry(atom: Atom): TimesDefinition | undefined;
  /** One past the last atom that begins anew with it. */
  end(atom: Atom): number;
  /** What it can't go forward without. */
  needs(atom: Atom): Inputs;
  /** What it can't go back without. */
  needsToRevert(atom: Atom): Inputs;
}

/** By kind: one that is added to the flow and is missing here does not compile. All that depends on the kind of an atom is read here. */
export const ATOM_BEHAVIORS: { readonly [Kind in AtomKind]: AtomBehavior<Extract<CompiledAtom, { readonly kind: Kind }>> } = {
  task: {
    begins: 'call',
    returned: 'SUCCESS',
    hasEffects: true,
    code: ({ task }) => task,
    mayExecute: () => true,
    mayRevert: ({ task }, limits) => mayHave(task.hasRevert, task.code, limits),
    maxLosses: ({ task }) => task.maxLosses,
    onInterrupted: ({ task }) => task.onInterrupted,
    retry: ({ tuning }) => tuning.retry,
    deadlineMs: ({ tuning }) => tuning.deadlineMs,
    revertRetry: ({ task }) => task.revertRetry,
    end: ({ index }) => index + 1,
    needs: ({ inputs, task }) => onlyRequired(inputs, task.requires),
    needsToRevert: ({ task, revertInputs, revertPorts }) => (task.hasRevert === false ? {} : onlyRequired(revertInputs, revertPorts)),
  },
  retry: {
    begins: 'attempt',
    returned: 'ATTEMPT',
    hasEffects: false,
    code: ({ retry }) => (retry.kind === 'custom' ? retry : undefined),
    mayExecute: ({ retry }, limits) => retry.kind === 'custom' && mayHave(retry.hasExecute, retry.code, limits),
    mayRevert: ({ retry }, limits) => retry.kind === 'custom' && mayHave(retry.hasRevert, retry.code, limits),
    maxLosses: () => 5,
    onInterrupted: () => 'rerun',
    retry: () => undefined,
    deadlineMs: () => undefined,
    revertRetry: () => undefined,
    end: ({ end }) => end,
    needs: needsOfRetry,
    // It is asked as long as its flow goes on.
    needsToRevert: needsOfRetry,
  },
  wait: {
    begins: 'wait',
    returned: 'SUCCESS',
    hasEffects: false,
    code: () => undefined,
    mayExecute: () => false,
    mayRevert: () => false,
    maxLosses: () => 5,
    onInterrupted: () => 'rerun',
    retry: () => undefined,
    deadlineMs: () => undefined,
    revertRetry: () => undefined,
    end: ({ index }) => index + 1,
    needs: ({ inputs, requires }) => onlyRequired(inputs, requires),
    needsToRevert: () => ({}),
  },
};

/** Of the kind that this atom is. */
export function behaviorOf(atom: CompiledAtom): AtomBehavior<CompiledAtom> {
  return ATOM_BEHAVIORS[atom.kind];
}

/** Whether it tries a flow: that begins with each of its attempts. */
export function isRetry(atom: CompiledAtom | undefined): atom is CompiledRetry {
  return atom !== undefined && behaviorOf(atom).begins === 'attempt';
}

/** Whether nothing of it is called. */
export function isWait(atom: CompiledAtom | undefined): atom is CompiledWait {
  return atom !== undefined && behaviorOf(atom).begins === 'wait';
}

/** The kind that a manifest names; a version of the library that did not write it may know others. */
export function storedKind(kind: string): AtomKind {
  return Object.hasOwn(ATOM_BEHAVIORS, kind) ? (kind as AtomKind) : 'task';
}

/** Stock retries have no optional inputs. */
function needsOfRetry({ inputs, retry }: CompiledRetry): Inputs {
  return retry.kind === 'custom' ? onlyRequired(inputs, retry.requires) : inputs;
}

function onlyRequired(inputs: Inputs, ports: readonly Port[]): Inputs {
  return Object.fromEntries(ports.flatMap(({ name, optional }) => (optional || inputs[name] === undefined ? [] : [[name, inputs[name]]])));
}

/** A container may give an instance of another class, or something around it: what that has shows when it is there. */
function mayHave(known: boolean | undefined, { kind }: TaskCode, { resolves }: Limits): boolean {
  return known !== false || (resolves === true && kind === 'class');
}
