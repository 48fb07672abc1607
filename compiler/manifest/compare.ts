import { type Difference, differencesOf, type StoredFlow, storedFlow } from '#compilation';
import type { Change, Say } from './change.js';
import { missingValues } from './compare-values.js';
import type { FlowManifest, PresentFlow } from './project-manifest.js';
import { maySkip } from './stored-order.js';

/**
 * Compares flows as they were with those that are here, by the rules that a resume goes by: what has not begun may
 * change in any way; what has begun must be there still, mean the same, and find the values that it needs. A manifest
 * does not say how far the runs are, so that every place where one may be counts.
 *
 * @param made names of flows that are made from the args of each run: of these nothing can be said
 */
export function compare(
  before: readonly FlowManifest[],
  now: readonly PresentFlow[],
  made: ReadonlySet<string> = new Set(),
): readonly Change[] {
  const present = new Map(now.map((flow) => [flow.name, flow]));
  const known = new Set(before.map(({ name }) => name));
  const changes = before.filter(({ name, part }) => !part && !made.has(name)).flatMap((old) => compared(old, present.get(old.name)));
  const added = now.filter(({ name, part }) => !part && !made.has(name) && !known.has(name));
  return [
    ...changes,
    ...[...made].map(ofArgs),
    ...added.map(({ name }): Change => ({ verdict: 'safe', flow: name, path: name, message: `flow '${name}' is new` })),
  ];
}

/** Also where there was none before: a flow that could not be read has no manifest. */
function ofArgs(name: string): Change {
  const why = `a factory makes flow '${name}' from the args of each run, so what has changed in it can't be said here`;
  return { verdict: 'migration', flow: name, path: name, message: `${why}: compare flow.compile().fingerprint for args that you know` };
}

function compared(old: FlowManifest, now: PresentFlow | undefined): readonly Change[] {
  const { name } = old;
  if (now === undefined) {
    return [{ verdict: 'strands', flow: name, path: name, message: `flow '${name}' is gone: nobody could go on with its runs` }];
  }
  if (!old.known || !now.known) {
    const message = `flow '${name}' is known only in part ${now.known ? 'as it was' : 'here'}: what changed in the rest can't be said`;
    return [{ verdict: 'migration', flow: name, path: name, message }];
  }
  if (old.fingerprint === now.fingerprint) return [];
  const [then, here] = [storedFlow(old.manifest), storedFlow(now.manifest)];
  const change = (verdict: Change['verdict'], path: string, message: string): Change => ({ verdict, flow: name, path, message });
  const changes = [
    ...versions(then, now, change),
    ...differencesOf(then, here).map((difference) => changed(difference, change)),
    ...disclosures(then, here, change),
    ...missingValues(then, here, now, change),
  ];
  const reported = new Set(changes.map(({ path }) => path));
  for (const path of here.atoms.keys()) {
    if (then.atoms.has(path) || reported.has(path)) continue;
    const unless = maySkip(here, path) ? ', unless it is in what they have skipped' : '';
    changes.push(change('safe', path, `'${path}' is new: runs of before come to it in its turn${unless}`));
  }
  return changes.length > 0 ? changes : [change('safe', name, `flow '${name}' changed in a way that concerns no run`)];
}

function versions({ version }: StoredFlow, { name, version: now, definition }: PresentFlow, say: Say): readonly Change[] {
  if (version === now) return [];
  if (definition.continues?.includes(version) === true)
    return [say('safe', name, `version ${now} goes on with the runs of version ${version}`)];
  return [
    say(
      'migration',
      name,
      `flow '${name}' is version ${now} now: say 'continues: [${version}]' if it can go on with the runs of version ${version}`,
    ),
  ];
}

/** What the engine asks a run about before it goes on, said of all runs that there may be. */
function changed(difference: Difference, say: Say): Change {
  switch (difference.is) {
    case 'gone': {
      const { path, kind, reverts } = difference.atom;
      if (reverts || kind === 'retry') return say('strands', path, `'${path}' is gone: runs in which it was done could not be undone`);
      return say('migration', path, `'${path}' is gone: let runs that are in the middle of it end first`);
    }
    case 'otherKind': {
      const { path, kind } = difference.atom;
      return say('strands', path, `'${path}' was a ${kind} and is a ${difference.now.kind}: runs in which it has begun would be refused`);
    }
    case 'otherVersion': {
      const { path, version } = difference.atom;
      const now = `'${path}' is version ${difference.now.version} now`;
      return say('strands', path, `${now}: runs in which version ${version} has begun would be refused`);
    }
    case 'otherSignal': {
      const { path, signal } = difference.atom;
      const [was, is] = [signal, difference.now.signal].map((name) => (name === undefined ? 'a time' : `the signal '${name}'`));
      return say('strands', path, `'${path}' waited for ${was} and waits for ${is}: runs that wait there would be refused`);
    }
    case 'revertGone': {
      const { path } = difference.atom;
      return say('migration', path, `'${path}' has no revert any more: let runs that are undoing it end first`);
    }
    case 'notOptional': {
      const { node } = difference;
      return say('migration', node, `'${node}' is not optional any more: runs that go on without it, since it failed, would be refused`);
    }
    case 'branchGone': {
      const { choice, branch } = difference;
      const message = `the choice '${choice}' has no branch '${branch}' any more: runs that chose it, and have not done all of it, would be refused`;
      return say('strands', choice, message);
    }
    case 'nowChoice': {
      const { choice, branches } = difference;
      const message = `'${choice}' is a choice now: runs in which more than one of ${branches.join(', ')} has begun would be refused`;
      return say('strands', choice, message);
    }
  }
}

/** Values that have become secret, or are none any more: both go on, and neither changes what is stored. */
function disclosures(then: StoredFlow, here: StoredFlow, say: Say): readonly Change[] {
  const only = (some: StoredFlow['secrets'], others: StoredFlow['secrets'], message: (value: string) => string): Change[] =>
    [...some].flatMap(([path, names]) =>
      [...names].filter((name) => others.get(path)?.has(name) !== true).map((name) => say('safe', path, message(name))),
    );
  const stored = 'until they are pruned';
  return [
    ...only(
      here.secrets,
      then.secrets,
      (name) => `'${name}' is secret now: what runs of before have stored of it stays readable ${stored}`,
    ),
    ...only(
      then.secrets,
      here.secrets,
      (name) => `'${name}' is no secret any more: keep the keys of what runs have stored of it ${stored}`,
    ),
  ];
}
