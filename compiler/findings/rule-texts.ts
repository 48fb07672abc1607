/** What rules say that are judged in more than one way: by the checker, and in one file by the linters' plugin. One line about each. */
export const RULE_TITLES = {
  BUILDER_DROPPED: 'a flow that is being built is thrown away',
  CLASS_NAME_USED: 'a task in a flow of an app has no name but that of its class',
  EMPTY_REVERT: 'revert does nothing, and no comment says why',
  EXTERNAL_EFFECT: 'a task with external effects has no revert and is not irreversible',
  FIELD_WRITTEN: 'execute changes a field of its task',
  FLOATING_PROMISE: 'a promise in execute or revert is not awaited',
  INPUT_MUTATED: 'a task changes what it was given',
  ONE_SIDED_REVERT: 'revert handles one kind of outcome only',
} as const;

/** The sentences themselves, with the facts in braces. */
export const RULE_SENTENCES = {
  BUILDER_DROPPED: 'builders do not change: what this call gives is thrown away',
  BUILDER_UNBUILT: "'{builder}' is never built: call .build(), or leave it out",
  EMPTY_REVERT: "task '{task}': revert is empty: undo what execute did, leave revert out, or say in a comment why nothing has to be undone",
  EXTERNAL_EFFECT: "task '{task}' has external effects: give it a revert, or say 'irreversible: true'",
  FIELD_WRITTEN: "task '{task}': execute changes '{field}', which no journal keeps: return it, or record it with ctx.save",
  FLOATING_PROMISE: "task '{task}': {method} does not wait for '{call}': await it, or say 'void' if its step may be stored before it ends",
  INPUT_MUTATED: "task '{task}': {method} changes its input '{input}', which is a copy of its own: return what is new as an output",
  ONE_SIDED_REVERT: "task '{task}': revert does something only when the outcome is '{kind}', and nothing when it is {others}",
} as const;

/** Fills in the facts of a sentence. */
export function ruleSentence(code: keyof typeof RULE_SENTENCES, facts: Readonly<Record<string, string>> = {}): string {
  return RULE_SENTENCES[code].replace(/\{(\w+)\}/g, (_, name: string) => facts[name] ?? `{${name}}`);
}

/** Source on one line, for messages. */
export function onOneLine(source: string): string {
  const text = source.replace(/\s+/g, ' ');
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}
