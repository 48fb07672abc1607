/** As it was when this was loaded: tests that put timers of their own in its place mean those of their code. */
const immediately = setImmediate;

/** How long work that waits for nothing outside may keep the rest of the process waiting. */
const LONGEST_TURN_MS = 5;

let turn: { readonly sinceMs: number; readonly over: Promise<void> } | undefined;

/**
 * To be asked by loops whose work may all be in memory, between two pieces of it. All of a process share one measure.
 *
 * @returns nothing while the present turn of the event loop is young; otherwise its end, after which timers, signals and
 *   input have been heard
 */
export function endOfLongTurn(): Promise<void> | undefined {
  turn ??= { sinceMs: performance.now(), over: nextTurn() };
  return performance.now() - turn.sinceMs < LONGEST_TURN_MS ? undefined : turn.over;
}

/** Resolves when the present turn of the event loop has ended, and what came in with it has been heard. */
export function endOfTurn(): Promise<void> {
  return new Promise((resolve) => immediately(resolve));
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    immediately(() => {
      turn = undefined;
      resolve();
    });
  });
}
