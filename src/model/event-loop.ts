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

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(() => {
      turn = undefined;
      resolve();
    });
  });
}
