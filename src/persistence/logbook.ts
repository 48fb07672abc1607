import { InvalidInputError } from '../model/errors.js';
import type { ValueIssue } from '../model/schema.js';
import type { CreateRunParams, Logbook, Metadata } from './journal.js';

/** An index can hold so much of a name and its value together. */
const MAX_NAME = 100;
const MAX_VALUE = 500;

/** @throws InvalidInputError when a run's logbook or metadata are not what every store can keep and find again. */
export function checkGrouping({ flow, logbook, metadata }: Pick<CreateRunParams, 'flow' | 'logbook' | 'metadata'>): void {
  const issues = [...(logbook === undefined ? [] : nameIssues(logbook)), ...(metadata === undefined ? [] : metadataIssues(metadata))];
  if (issues.length > 0) throw new InvalidInputError(flow, issues);
}

/** @throws TypeError when its name or metadata are not what every store can keep and find again. */
export function checkLogbook({ name, metadata }: Pick<Logbook, 'name' | 'metadata'>): void {
  const [issue] = [...nameIssues(name), ...metadataIssues(metadata)];
  if (issue !== undefined) throw new TypeError(`the logbook '${name}' can't be kept: ${issue.path} ${issue.message}`);
}

/** Only what is there of both. */
export function grouping({ logbook, metadata }: { readonly logbook?: string | undefined; readonly metadata?: Metadata | undefined }) {
  return { ...(logbook === undefined ? {} : { logbook }), ...(metadata === undefined ? {} : { metadata: { ...metadata } }) };
}

function nameIssues(name: string): readonly ValueIssue[] {
  const fits = isText(name) && name.length >= 1 && name.length <= MAX_NAME;
  return fits ? [] : [{ path: 'logbook', message: `must be a text of 1 to ${MAX_NAME} characters` }];
}

function metadataIssues(metadata: Metadata): readonly ValueIssue[] {
  return Object.entries(metadata).flatMap(([name, value]) => {
    const path = `metadata.${name}`;
    if (!isText(name) || name.length > MAX_NAME) return [{ path, message: `must have a name of at most ${MAX_NAME} characters` }];
    return isText(value) && value.length <= MAX_VALUE ? [] : [{ path, message: `must be a text of at most ${MAX_VALUE} characters` }];
  });
}

/** Whole text without the zero character: what a column of type text holds. */
function isText(value: unknown): value is string {
  return typeof value === 'string' && !value.includes('\0') && Buffer.from(value).toString() === value;
}
