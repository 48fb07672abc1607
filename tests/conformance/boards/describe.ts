import { describe, test } from 'vitest';
import { type BoardRig, boardCases, runBoardCase } from '../../../src/testing/boards/index.js';

/** Puts a board through all that boards must do, or through some of it; `make` gives a rig without jobs each time. */
export function describeBoard(name: string, make: () => Promise<BoardRig>, isMeant: (name: string) => boolean = () => true): void {
  describe(`board: ${name}`, () => {
    const cases = boardCases.filter((one) => isMeant(one.name)).map((one) => [one.name, one] as const);
    test.each(cases)('%s', { timeout: 60_000 }, async (_name, one) => runBoardCase(one, await make()));
  });
}
