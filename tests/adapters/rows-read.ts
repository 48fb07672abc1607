import type pg from 'pg';
import type { Statement } from '../../src/sql/client/sql.js';

/** How many rows a statement looks at. */
export async function looksAt(client: pg.Client, { text }: Statement, params: readonly unknown[]): Promise<number> {
  const values = params.map((value) =>
    Array.isArray(value) ? client.escapeLiteral(`{${value.join(',')}}`) : value === null ? 'null' : client.escapeLiteral(String(value)),
  );
  await client.query(`deallocate all; prepare watched as ${text}`);
  const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(
    `explain (analyze, format json) execute watched${values.length === 0 ? '' : `(${values.join(', ')})`}`,
  );
  return rowsOf(rows[0]?.['QUERY PLAN'][0].Plan);
}

interface PlanNode {
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Rows Removed by Join Filter'?: number;
  readonly Plans?: readonly PlanNode[];
}

function rowsOf(node: PlanNode | undefined): number {
  if (node === undefined) return 0;
  const { 'Rows Removed by Filter': filtered = 0, 'Rows Removed by Join Filter': joined = 0 } = node;
  const own = (node['Actual Rows'] + filtered + joined) * node['Actual Loops'];
  return own + (node.Plans ?? []).reduce((sum, plan) => sum + rowsOf(plan), 0);
}
