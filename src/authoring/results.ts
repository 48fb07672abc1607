/** The outputs of a task whose `execute` gives `R`: none, when that is no object or when it never gives anything. */
export type AsResults<R> = [R] extends [never] ? {} : R extends object ? R : {};
