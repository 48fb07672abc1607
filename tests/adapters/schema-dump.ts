import type pg from 'pg';

const QUERY = `
  with c as (select oid, relname, relkind, relpersistence, reloptions from pg_class where relnamespace = $1::regnamespace and relkind in ('r', 'p', 'v', 'S') and relname !~ '_seq$')
  select relname as object, 0 as rank, relname as part,
      case relkind when 'v' then 'view' else case relpersistence when 'u' then 'unlogged table' else 'table' end end || coalesce(' with (' || array_to_string(reloptions, ', ') || ')', '') as text,
      obj_description(oid, 'pg_class') as comment
    from c
  union all
  select c.relname, 1, lpad(attnum::text, 3, '0'), attname || ' ' || format_type(atttypid, atttypmod) || case when attnotnull then ' not null' else '' end
      || coalesce((select ' collate ' || quote_ident(collname) from pg_collation k where k.oid = attcollation and collname <> 'default'), '')
      || case attidentity when 'a' then ' generated always as identity' else '' end
      || coalesce(' default ' || (select pg_get_expr(adbin, adrelid) from pg_attrdef where adrelid = attrelid and adnum = attnum), ''),
      col_description(attrelid, attnum)
    from c join pg_attribute on attrelid = c.oid where attnum > 0 and not attisdropped
  union all
  select c.relname, 2, conname, pg_get_constraintdef(n.oid), null from c join pg_constraint n on conrelid = c.oid where contype <> 'n'
  union all
  select c.relname, 3, i.relname::text, regexp_replace(pg_get_indexdef(indexrelid), ' ON [^.]+[.]', ' on '), null
    from c join pg_index on indrelid = c.oid join pg_class i on i.oid = indexrelid where not indisprimary
  order by 1, 2, 3`;

/** Everything of a schema that a migration can change, one line each; of views their columns, as servers print their text in different ways. */
export async function dumpSchema(admin: pg.Pool, schema: string): Promise<readonly string[]> {
  const { rows } = await admin.query<{ object: string; rank: number; text: string; comment: string | null }>(QUERY, [`"${schema}"`]);
  return rows.map(({ object, rank, text, comment }) => {
    const said = comment === null ? '' : ` -- ${comment}`;
    return rank === 0 ? `${text} ${object}${said}` : `  ${object}: ${text}${said}`;
  });
}

/** The lines of `after`, those that are new with a plus; before them those that are gone, with a minus. */
export function difference(before: readonly string[], after: readonly string[]): string {
  const [was, is] = [new Set(before), new Set(after)];
  const gone = before.filter((line) => !is.has(line)).map((line) => `- ${line}`);
  return [...gone, ...after.map((line) => `${was.has(line) ? ' ' : '+'} ${line}`), ''].join('\n');
}
