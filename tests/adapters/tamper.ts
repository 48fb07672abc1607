import type { Tampering } from '../conformance/journal.js';

interface Database {
  query(text: string, params?: unknown[]): Promise<unknown>;
}

/** Changes one entry as a person with psql would. */
export async function tamperWith(database: Database, schema: string, { runId, seq, change }: Tampering): Promise<void> {
  const where = 'where run_id = $1 and seq = $2';
  if (change === 'remove') {
    await database.query(`delete from "${schema}".journal ${where}`, [runId, seq]);
    return;
  }
  const { format = null, transitions = null, epoch = null } = change;
  const set = 'format = coalesce($3, format), transitions = coalesce($4::json, transitions), epoch = coalesce($5, epoch)';
  await database.query(`update "${schema}".journal set ${set} ${where}`, [runId, seq, format, transitions, epoch]);
}
