/** A word that no identifier and no file has: the field has one for the same thing. */
export interface Forbidden {
  /** As parts of a name, in lower case: `pending-saves` is found in `PendingSaves`, `#pendingSaves` and `pending-saves.ts`. */
  readonly word: string;
  readonly instead: string;
  /** Only a whole name is wrong: with other words it says what is meant. */
  readonly whole?: true;
  /** Files that have it all the same, since it is a word of something that is stored. */
  readonly stored?: readonly string[];
}

/** Words of a story of our own, which a reader had to learn, in the sources of the library. */
export const FORBIDDEN: readonly Forbidden[] = [
  { word: 'alarm', instead: 'wake-up, or timer' },
  { word: 'alarms', instead: 'wake-ups' },
  { word: 'ballot', instead: 'pending deciders' },
  { word: 'behind', instead: 'downstream' },
  { word: 'confidant', instead: 'secret reader' },
  {
    word: 'confidants',
    instead: 'secret readers',
    stored: ['compilation/stored/manifest.ts', 'engine/state/stored-secrets.ts'],
  },
  { word: 'discreet', instead: 'masked' },
  { word: 'discretion', instead: 'report mask' },
  { word: 'door', instead: 'port; what a room exports is in its index.ts' },
  { word: 'engine-parts', instead: 'engine context, or what the class uses of it' },
  { word: 'firsts', instead: 'entry nodes' },
  { word: 'gift', instead: 'output' },
  { word: 'gifts', instead: 'outputs' },
  { word: 'governor', instead: 'enclosing retry' },
  { word: 'heeded', instead: 'consumed' },
  { word: 'held-steps', instead: 'write buffer' },
  { word: 'mailbox', instead: 'event queue' },
  { word: 'naming', instead: 'run names' },
  { word: 'open-questions', instead: 'pending questions' },
  { word: 'own-decisions', instead: 'custom retry decisions' },
  { word: 'own-retry', instead: 'custom retry' },
  { word: 'patience', instead: 'a timeout, or retrying' },
  { word: 'patiently', instead: 'a timeout, or retrying' },
  { word: 'proceed', instead: 'advance' },
  { word: 'said', instead: 'what it is: a sentence, a label, what was reported' },
  { word: 'savings', instead: 'pending saves' },
  { word: 'told', instead: 'what it is: an argument, a reason' },
  { word: 'until', instead: 'end', whole: true },
  { word: 'unwind', instead: 'roll back a step' },
  { word: 'wish', instead: 'what is asked for: a message, an option' },
  { word: 'wishes', instead: 'what is asked for: messages, options' },
];

/** The same in the sources of the checker. */
export const FORBIDDEN_IN_CHECKER: readonly Forbidden[] = [
  ...FORBIDDEN.filter(({ word }) => word !== 'behind' && word !== 'naming'),
  { word: 'every-way', instead: 'all paths' },
  { word: 'machine', instead: 'interpreter state' },
  { word: 'opaque', instead: 'library value' },
  { word: 'unlike', instead: 'distinct' },
];

/** `pendingSaves` and `pending-saves` as `['pending', 'saves']`. */
export function partsOf(name: string): readonly string[] {
  return name
    .split(/(?<=[a-z0-9])(?=[A-Z])|[^A-Za-z0-9]+/)
    .filter((part) => part !== '')
    .map((part) => part.toLowerCase());
}

/** Those of the words that a name has. */
export function wordsIn(name: string, forbidden: readonly Forbidden[]): readonly Forbidden[] {
  const parts = `-${partsOf(name).join('-')}-`;
  return forbidden.filter(({ word, whole }) => (whole ? parts === `-${word}-` : parts.includes(`-${word}-`)));
}
