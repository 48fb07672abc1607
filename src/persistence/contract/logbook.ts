import { InvalidInputError } from '../../model/errors.js';
import { inWords } from '../../model/in-words.js';
import { isPlainObject } from '../../model/kinds.js';
import { isRunId, isWholeText, MAX_ID } from '../../model/names.js';
import type { ValueIssue } from '../../model/schema.js';
import type { CreateRunParams, Logbook, Metadata } from './journal.js';

/** An index can hold so much of a name and its value together. */
const MAX_NAME = 100;
const MAX_VALUE = 500;

/** How a run is named and found. */
export type RunNames = Pick<CreateRunParams, 'flow' | 'logbook' | 'metadata'> & { readonly key: unknown; readonly owner?: unknown };

/** @throws InvalidInputError when what a run is named and found by is not what every store can keep and find again. */
export function checkRunNames({ flow, key, owner = null, logbook, metadata }: RunNames): void {
  const issues = [
    ...(isRunId(key) ? [] : [{ path: 'id', message: `must be a text of 1 to ${MAX_ID} characters, without NUL and lone surrogates` }]),
    ...(owner === null || isWholeText(owner) ? [] : [{ path: 'owner', message: 'must be a text without NUL and lone surrogates' }]),
    ...(isWholeText(flow) ? [] : [{ path: 'flow', message: 'must be a text without NUL and lone surrogates' }]),
    ...(logbook === undefined ? [] : nameIssues(logbook)),
    ...(metadata === undefined ? [] : metadataIssues(metadata)),
  ];
  if (issues.length > 0) throw new InvalidInputError(flow, issues);
}

/** @throws TypeError when its name or metadata are not what every store can keep and find again. */
export function checkLogbook({ name, metadata }: Pick<Logbook, 'name' | 'metadata'>): void {
  const [issue] = [...nameIssues(name), ...metadataIssues(metadata)];
  if (issue !== undefined) throw new TypeError(`the logbook ${inWords(name)} can't be kept: ${issue.path} ${issue.message}`);
}

/** Whether a run can be found by all of these: nothing is kept under another text, though a database may take one for another. */
export function canBeFound({ flow, logbook, metadata = {} }: Partial<Pick<CreateRunParams, 'flow' | 'logbook' | 'metadata'>>): boolean {
  const texts: readonly unknown[] = [flow ?? '', logbook ?? '', ...Object.entries(metadata).flat()];
  return texts.every(isWholeText);
}

/** Only what is there of both. */
export function grouping({ logbook, metadata }: { readonly logbook?: string | undefined; readonly metadata?: Metadata | undefined }) {
  return { ...(logbook === undefined ? {} : { logbook }), ...(metadata === undefined ? {} : { metadata: copyOf(metadata) }) };
}

/** What is no record of texts is refused where it is written, as it is. */
function copyOf(metadata: Metadata): Metadata {
  return typeof metadata === 'object' && metadata !== null && isPlainObject(metadata) ? { ...metadata } : metadata;
}

function nameIssues(name: unknown): readonly ValueIssue[] {
  const fits = isWholeText(name) && name.length >= 1 && name.length <= MAX_NAME;
  return fits ? [] : [{ path: 'logbook', message: `must be a text of 1 to ${MAX_NAME} characters, without NUL and lone surrogates` }];
}

function metadataIssues(metadata: unknown): readonly ValueIssue[] {
  if (typeof metadata !== 'object' || metadata === null || !isPlainObject(metadata)) {
    return [{ path: 'metadata', message: 'must be an object of texts by name' }];
  }
  return Object.entries(metadata).flatMap(([name, value]: readonly [string, unknown]) => {
    const path = `metadata.${name}`;
    if (!isWholeText(name) || name.length > MAX_NAME) {
      return [{ path, message: `must have a name of at most ${MAX_NAME} characters, without NUL and lone surrogates` }];
    }
    const fits = isWholeText(value) && value.length <= MAX_VALUE;
    return fits ? [] : [{ path, message: `must be a text of at most ${MAX_VALUE} characters, without NUL and lone surrogates` }];
  });
}
