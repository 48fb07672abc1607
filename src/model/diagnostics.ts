/**
 * Every way in which a flow can be wrong: one stable code and one sentence each. The builder's types print these
 * sentences in the editor, `compile()` and `run()` put them into errors, and the checker reports them.
 */
export const SENTENCES = {
  MISSING_VALUE: "flow '{flow}' needs '{value}' here, which nothing before it provides",
  NOT_PROVIDED: "flow '{flow}' needs '{value}' here, which neither its nodes nor its inputs provide",
  SIBLING_VALUE: "flow '{flow}' has '{value}' from a sibling, which an unordered flow does not wait for: use linear or graph",
  MAYBE_ABSENT: "flow '{flow}' may skip what provides '{value}': only an optional input can take it",
  WRONG_TYPE: "flow '{flow}' provides '{value}' with another type than is needed here",
  ALREADY_PROVIDED: "flow '{flow}' has '{value}' already: rename this output with 'provides', or say 'override: true'",
  BRANCH_PROVIDED:
    "flow '{flow}' has '{value}' already: make both nodes branches of one .switch, or rename this output with use(…, { provides })",
  SEVERAL_PROVIDERS: "flow '{flow}' has several nodes that provide '{value}': rename it with use(…, { provides })",
  CYCLE: "flow '{flow}' has a cycle through '{nodes}': each waits for another one",
  DUPLICATE_NODE: "flow '{flow}' has a node named '{node}' already: give this one another 'name'",
  UNKNOWN_INPUT: "there is no input '{value}' to {option}",
  UNKNOWN_OUTPUT: "there is no output '{value}' to rename",
  REBOUND_AND_INJECTED: "the input '{value}' is both bound to a value and given a constant: say either rebind or inject",
  OUTPUTS_ALIKE: "two outputs of one node would be named '{value}': rename one of them to another name",
  OPTIONS_WIDE: "the types can't see what 'rebind' and 'provides' name here: declare these options 'as const'",
  NEEDS_CONFLICT: "flow '{flow}' needs '{value}' with types that exclude each other",
  UNKNOWN_RETURN: "flow '{flow}' can't return '{value}', which nothing in it provides",
  UNKNOWN_NODE: "flow '{flow}' can't link '{node}', which is none of its nodes",
  BAD_DECIDER: "flow '{flow}' links '{from}' to '{to}' with a decider that is no function",
  BAD_DEPTH: "flow '{flow}' links '{from}' to '{to}' with the depth '{depth}': say 'all', 'flow', 'neighbors' or 'atom' beside a decider",
  MISSING_CASE: "flow '{flow}' has no branch for '{value}', which '{node}' may choose",
  UNKNOWN_CASE: "flow '{flow}' has a branch '{value}', which '{node}' never chooses",
  WIDE_CHOICE: "flow '{flow}' can't see what '{node}' may choose: let it return literal texts",
  BAD_CHOICE: "flow '{flow}' chooses in '{node}' by something that is no function",
  UNKNOWN_OPTION: "flow '{flow}' gives the unknown option '{option}'",
  NAME_INVALID:
    "'{node}' can't be the name of a node or flow: use a text that is not empty, without '/', NUL or lone surrogates, and no '(' in front",
  VALUE_NAME_INVALID:
    "'{value}' can't be the name of a value: use a text that is not empty, nor '__proto__', without NUL or lone surrogates, and no '~' in front",
  NOT_A_NODE: "flow '{flow}' adds something that is neither a task nor a built flow: {hint}",
  TASK_ABSTRACT: "an abstract class can't be a task: decorate the classes that extend it",
  TASK_CONSTRUCTOR: "a task's constructor must be public: flows make an instance for each call",
  EXECUTE_MISSING: 'execute() is missing or private: a task has a public method execute(inputs, context)',
  EXECUTE_OVERLOADED: 'execute() has several signatures: declare one that takes one object of inputs',
  INPUTS_NOT_OBJECT: 'execute() takes one object of inputs: write ({ email }: { email: string })',
  INPUTS_ANY: "execute() takes 'any', so nobody sees what it needs: declare the type of its inputs",
  INPUTS_UNION: 'execute() takes one of several objects, but each input comes by itself: declare one type with optional inputs',
  CONTEXT_FIRST: "execute() takes (inputs, context): write '_: {}' before the context",
  UNNAMED_VALUES: 'execute() {does} an object whose names nobody knows: declare a type that names each value',
  NAMES_NOT_LITERAL: "'{option}' is no list of literal names: add 'as const' to it",
  RESULT_NOT_OBJECT: 'execute() must return one object with text keys: it returns {what}',
  RESULT_MAYBE_NOTHING: "execute() may return nothing: return '{value}' on every way",
  REQUIRES_MISSING: "execute() takes '{value}', but 'requires' does not list it",
  REQUIRES_UNKNOWN: "'requires' lists '{value}', but execute() does not take it",
  REQUIRES_NOT_OPTIONAL: "execute() takes '{value}' as optional: list it as '{value}?'",
  REQUIRES_NOT_REQUIRED: "execute() always takes '{value}': list it without '?'",
  PROVIDES_MISSING: "execute() returns '{value}', but neither 'provides' nor 'keeps' lists it",
  PROVIDES_UNKNOWN: "'provides' or 'keeps' lists '{value}', but execute() does not return it",
  PROVIDES_NOT_OPTIONAL: "execute() may leave '{value}' out: list it as '{value}?'",
  PROVIDES_NOT_REQUIRED: "execute() always returns '{value}': list it without '?'",
  KEPT_UNLISTED: "execute() marks '{value}' as Kept, but 'keeps' does not list it",
  SCHEMA_MISMATCH: "the schema of '{value}' does not produce the type that execute() declares for it",
  SECRET_UNKNOWN: "'{node}' keeps '{value}' secret, which is none of its values",
  SECRET_READABLE:
    "'{node}' has the secret '{value}', and this store would keep it readable: give it keys with encrypted(…, { keys }), or keep runs in memory()",
  SECRET_UNSEALED:
    "'{node}' takes or gives a secret, which the broker could read on its way: give the transport keys, as rabbitmq(url, { keys })",
  REVERT_UNFIT: 'revert() must accept (inputs, outcome: Outcome<ThisTask>, context)',
  HOOK_UNFIT: "'{hook}' must accept (context) alone",
  REVERT_REQUIRES_MISSING: "revert() takes '{value}', but neither 'requires' nor 'revertRequires' lists it",
  REVERT_REQUIRES_UNKNOWN: "'revertRequires' lists '{value}', but revert() does not take it",
  NOT_STORABLE: "'{path}' can't be stored: {reason}",
  MISSING_SERVICE: "flow '{flow}' needs the service '{service}'",
  UNMADE_SERVICE: "tasks of this set need the service '{service}': let its 'services' make it",
  SERVICE_CONFLICT: "flow '{flow}' needs the service '{service}' with types that exclude each other",
  NEEDS_RESOLVE: "task '{task}' has a constructor with parameters: give the app 'resolve'",
  MISSING_INPUT: "flow '{flow}' needs the input '{value}'",
  UNKNOWN_RUN_INPUT: "flow '{flow}' takes no input '{value}'",
  BAD_CONTINUES:
    "flow '{flow}' can't go on with runs of version {value}: 'continues' lists whole numbers of at least 1 that are lower than its version",
  UNKNOWN_TARGET: "flow '{flow}' can't have the target '{node}', which is none of its nodes",
  NOT_A_FLOW: 'this is no built flow: {hint}',
  UNKNOWN_FLOW: "this app has no flow '{flow}': give it in 'flows'",
  UNKNOWN_EXECUTOR: "'{node}' runs on '{executor}', which this app does not have: give it in 'executors', which names {executors}",
  BAD_FACTORY: "factory '{flow}' must return a built flow of this name: it returns {what}",
  FACTORY_UNCALLED: "factory '{flow}' is no flow: call it with what its flow is made from",
  UNSTEADY_FACTORY:
    "factory '{flow}' builds another flow from its arguments as stored: let it depend on them alone, and change nothing of them",
  DUPLICATE_FLOW: "two flows are named '{flow}': runs find their flow by its name",
  CLASS_NAME_USED:
    "task class '{task}' has no name of its own: minifiers rename classes, so give @Task a 'name' before its runs are stored",
  NOT_A_RETRY:
    "flow '{flow}' is given something that is no retry: use times, forEach, forEachOf, alwaysRevert or alwaysRevertAll, or write onFailure()",
  RETRY_UNDECLARED:
    "flow '{flow}' has the retry '{retry}', which does not say what it takes and gives: decorate it with @Retry, or use defineRetry",
  RETRY_REQUIRES_MISSING: "the retry takes '{value}', but 'requires' does not list it",
  RETRY_REQUIRES_UNKNOWN: "'requires' lists '{value}', but no method of the retry takes it",
  RETRY_REQUIRES_NOT_OPTIONAL: "the retry takes '{value}' as optional: list it as '{value}?'",
  RETRY_REQUIRES_NOT_REQUIRED: "the retry always takes '{value}': list it without '?'",
  RETRY_PROVIDES_MISSING: "execute() returns '{value}', but 'provides' of the retry does not list it",
  RETRY_PROVIDES_UNKNOWN: "'provides' of the retry lists '{value}', but execute() does not return it",
  RETRY_UNFIT: 'the methods of a retry take (history, inputs, context), and onFailure() returns a Decision: declare its return type as one',
  RETRY_VALUE_TAKEN: "flow '{flow}' has '{value}' already: let the retry give another name",
  RETRY_WITHOUT_VALUES: "flow '{flow}' tries '{value}' with an empty list: give at least one value",
  NESTED_SCHEMA:
    "flow '{node}' parses its input with a schema, which only a flow that is run itself can: to nest it, declare its inputs with .input<…>()",
  BAD_BACKOFF:
    "'{node}' waits with {option}: {value}, which makes no sense: delayMs and maxMs are at least 0, factor at least 1, jitter from 0 to 1",
  BAD_OTHERWISE: "flow '{flow}' has a retry with otherwise: '{value}': say 'REVERT', 'REVERT_ALL' or 'REVERT_LOCAL'",
  BAD_TIME: "'{node}' has {value} as {option}, which is no time: give {expected}",
  BAD_LIMIT: "'{node}' has {value} as {option}, which is no limit: give {expected}",
  LIMIT_KEY_UNKNOWN: "'{node}' counts by '{value}', which is none of its required inputs",
  LIMIT_KEY_UNFIT: "'{node}' can't count by '{value}': {reason}",
  UNKNOWN_SIGNAL: "flow '{flow}' waits for no signal '{value}'",
  TUNING_UNFIT: "'{node}' can't have '{option}': {reason}",
  BAD_ATTEMPTS: 'times({value}) makes no sense: give a whole number of attempts of at least 1',
} as const;

export type DiagnosticCode = keyof typeof SENTENCES;

/** One finding about a flow. */
export interface Diagnostic {
  readonly code: DiagnosticCode;
  /** `error`: will fail for certain. `warning`: may be intended. */
  readonly severity: 'error' | 'warning';
  readonly message: string;
  /** Path of the node it is about, such as `provision/network/attach`. */
  readonly path: string;
}

/** Fills the placeholders of a sentence: the run-time twin of the types' `Sentence`. */
export function sentence(code: DiagnosticCode, facts: Readonly<Record<string, string>>): string {
  return SENTENCES[code].replace(/\{(\w+)\}/g, (_, name: string) => facts[name] ?? `{${name}}`);
}
