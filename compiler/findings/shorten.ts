import type { Finding, Related } from './finding.js';
import { placeKey } from './place.js';

/** As many of a kind are said in full. */
const IN_FULL = 3;

/**
 * Says what repeats itself once: of findings of one code at one place the first ones; and of one sentence, at however many
 * places of a file, the first place. How many others there are is said with it.
 */
export function shortened(findings: readonly Finding[]): readonly Finding[] {
  return sentencesOnce(placesOnce(findings));
}

function placesOnce(findings: readonly Finding[]): readonly Finding[] {
  const groups = grouped(findings, ({ code, place }) => `${code} ${placeKey(place)}`);
  return findings.flatMap((finding) => {
    const group = groups.get(`${finding.code} ${placeKey(finding.place)}`) ?? [];
    const index = group.indexOf(finding);
    const left = group.length - IN_FULL;
    if (left <= 0 || index < IN_FULL - 1) return [finding];
    return index === IN_FULL - 1 ? [{ ...finding, message: `${finding.message} (and ${left} more ${finding.code} here)` }] : [];
  });
}

function sentencesOnce(findings: readonly Finding[]): readonly Finding[] {
  const groups = grouped(findings, keyOf);
  return findings.flatMap((finding) => {
    const group = groups.get(keyOf(finding)) ?? [];
    if (group.length <= IN_FULL) return [finding];
    if (group[0] !== finding) return [];
    const others = group.slice(1, IN_FULL).map(({ place }): Related => ({ place, message: 'the same here' }));
    const left = group.length - IN_FULL;
    return [
      { ...finding, message: `${finding.message} (and at ${left} more places of this file)`, related: [...finding.related, ...others] },
    ];
  });
}

function keyOf({ code, place, message }: Finding): string {
  return `${code} ${place.file} ${message}`;
}

function grouped(findings: readonly Finding[], keyOf: (finding: Finding) => string): ReadonlyMap<string, readonly Finding[]> {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    const key = keyOf(finding);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [finding]);
    else group.push(finding);
  }
  return groups;
}
