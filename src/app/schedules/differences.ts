import { canonicalText, isJsonObject, type Json } from '../../model/json.js';

interface Described {
  readonly flow: string;
  readonly spec: Json;
}

/** In what two schedules of one name differ, in words: `cron: "0 3 * * *" here, "0 4 * * *" there`. */
export function differencesOf(here: Described, there: Described): readonly string[] {
  const [mine, theirs] = [fieldsOf(here), fieldsOf(there)];
  const differences = [...new Set([...mine.keys(), ...theirs.keys()])].flatMap((name) => {
    const [one, other] = [mine.get(name) ?? 'none', theirs.get(name) ?? 'none'];
    return one === other ? [] : [`${name}: ${one} here, ${other} there`];
  });
  return differences.length > 0 ? differences : ['the inputs of its runs'];
}

function fieldsOf({ flow, spec }: Described): ReadonlyMap<string, string> {
  const fields = isJsonObject(spec) ? Object.entries(spec) : [];
  return new Map([['flow', JSON.stringify(flow)], ...fields.map(([name, value]) => [name, canonicalText(value)] as const)]);
}
