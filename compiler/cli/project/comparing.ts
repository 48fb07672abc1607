import { withoutPassword } from '../terminal/complaint.js';
import { UsageError } from '../terminal/io.js';

/** Says of a failed comparison what it was with; no password is printed. */
export async function comparing<Result>(against: string, compare: () => Promise<Result> | Result): Promise<Result> {
  try {
    return await compare();
  } catch (error) {
    throw new UsageError(`can't compare with ${withoutPassword(against)}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
