import { printableJson } from '#model/text/printable.js';
import { type Where, withStore } from '../store/opened.js';
import { worse } from '../terminal/exit-code.js';
import { idLine, idsOf } from '../terminal/id-lines.js';
import type { ExitCode, Io } from '../terminal/io.js';
import { Table } from '../terminal/table.js';
import { eachId } from './each-id.js';
import { type Format, pagesOf } from './list-command.js';

export interface RevertsParams {
  readonly where: Where;
  /** None: all runs that ended in FAILURE. */
  readonly ids: readonly string[];
  readonly format: Format;
}

/** `flowproof reverts list`: what could not be undone, and what waits behind it. Each run has to be read. */
export async function revertsCommand({ where, ids, format }: RevertsParams, io: Io): Promise<ExitCode> {
  const all = await idsOf(ids, io.input);
  return withStore(where, io, 'read', async ({ operator, inspect }) => {
    const table = new Table(['ID', 'TASK', 'STATE', 'SAYS'], io.columns);
    const show = async (id: string): Promise<ExitCode> => {
      const { pendingReverts, atoms } = await inspect(id);
      const rows = pendingReverts.map((path) => {
        const atom = atoms.find((one) => one.path === path);
        return { id, path, state: atom?.state ?? '', says: atom?.revertFailure?.message ?? '' };
      });
      if (format === 'table') io.out(table.rows(rows.map((row) => [row.id, row.path, row.state, row.says])));
      else if (format === 'json') io.out(rows.map((row) => `${printableJson(row)}\n`).join(''));
      else if (rows.length > 0) io.out(idLine(id));
      return 0;
    };
    if (ids.length > 0) return eachId(all, io, show);
    let code: ExitCode = 0;
    for await (const { runs } of pagesOf(operator, { states: ['FAILURE'] }, io.signal))
      code = worse(
        code,
        await eachId(
          runs.map(({ id }) => id),
          io,
          show,
        ),
      );
    return code;
  });
}
