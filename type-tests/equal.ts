/** Whether two types are the same, not only assignable; order and intersections don't matter. */
export type Equal<A, B> = (<T>() => T extends Same<A> ? 1 : 2) extends <T>() => T extends Same<B> ? 1 : 2 ? true : [A, B];
export type Expect<T extends true> = T;
type Same<T> = T extends infer X ? { [K in keyof X]: X[K] } : never;
