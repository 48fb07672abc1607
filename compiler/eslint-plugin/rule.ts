import { SENTENCES } from '#model/diagnostics.js';
import { ignoreCommentIn } from '../findings/ignore-comment.js';
import { RULE_SENTENCES, RULE_TITLES } from '../findings/rule-texts.js';
import type { Context, SourceCode } from './linter.js';
import type { Node } from './nodes.js';

const DOCUMENTATION = 'https://unpkg.com/flowproof/docs/checker.md';

type Code = keyof typeof RULE_TITLES;
const TEXTS = { ...RULE_SENTENCES, CLASS_NAME_USED: SENTENCES.CLASS_NAME_USED };
type SentenceCode = keyof typeof TEXTS;

/** A rule as ESLint and oxlint take it. */
export interface RuleModule {
  readonly meta: {
    readonly type: 'problem' | 'suggestion';
    readonly docs: { readonly description: string; readonly url: string };
    readonly messages: Readonly<Record<string, string>>;
    readonly schema: [];
  };
  create(context: never): { readonly 'Program:exit': () => void };
}

/** Where a rule is broken in a file. */
export interface Found {
  readonly at: Node;
  readonly sentence: SentenceCode;
  readonly facts?: Readonly<Record<string, string>>;
}

/** A rule of the checker for one file: the same code, the same words, the same comments to ignore it. */
export function ruleFor(code: Code, sentences: readonly SentenceCode[], find: (code: SourceCode) => Iterable<Found>): RuleModule {
  return {
    meta: {
      type: code === 'FLOATING_PROMISE' ? 'problem' : 'suggestion',
      docs: { description: RULE_TITLES[code], url: `${DOCUMENTATION}#${code.toLowerCase()}` },
      messages: Object.fromEntries(sentences.map((sentence) => [sentence, TEXTS[sentence].replace(/\{(\w+)\}/g, '{{$1}}')])),
      schema: [],
    },
    create(context: Context) {
      return {
        'Program:exit'() {
          for (const { at, sentence, facts = {} } of find(context.sourceCode)) {
            if (!isIgnored(code, at, context.sourceCode)) context.report({ node: at, messageId: sentence, data: facts });
          }
        },
      };
    },
  };
}

function isIgnored(code: Code, { loc }: Node, { lines }: SourceCode): boolean {
  const { line } = loc.start;
  const own = ignoreCommentIn(lines[line - 1] ?? '');
  const before = ignoreCommentIn(lines[line - 2] ?? '');
  return [own, before?.alone ? before : undefined].some((one) => one?.code === code && one.reason !== '');
}
