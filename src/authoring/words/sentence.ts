import type { DiagnosticCode, SENTENCES } from '../../model/diagnostics.js';
import type { LastOf } from './unions.js';

/**
 * A type that nothing has. Where something would have to be one, the compiler prints `Message`: that is how flows
 * report their errors in the editor.
 */
export interface FlowError<Message extends string> {
  readonly '~flowproof: error': Message;
}

/** A {@link FlowError} that shows types beside the sentence: what was needed and what was provided. */
export interface FlowMismatch<Message extends string, Detail> {
  readonly '~flowproof: error': Message;
  readonly '~flowproof: detail': Detail;
}

/** What a check gives where nothing is wrong. */
export type Fits = true;

/**
 * What a check gives otherwise: the code of the first thing that is wrong. Checks are asked for what is wrong, never for what
 * is right: in a generic helper, where it is open yet what a check will find, TypeScript then refuses only what is wrong for
 * every type.
 */
export type Wrong = string;

/** The same type, behind a name: TypeScript does not look in it for what it infers. */
export type Shown<Error> = [Error] extends [infer Same] ? Same : never;

/** Names that are no literals, such as `string`, are shown as a dot; the key of such a map may be left out. */
type FactText<Fact> = {} extends { [Name in Fact & string]: 1 } ? '…' : Fact & string;

type Fill<Text extends string, Facts> = Text extends `${infer Before}{${infer Key}}${infer After}`
  ? `${Before}${Key extends keyof Facts ? FactText<Facts[Key]> : `{${Key}}`}${Fill<After, Facts>}`
  : Text;

/** The text of a sentence of the one list, with its placeholders filled. */
export type SentenceText<Code extends DiagnosticCode, Facts = {}> = Fill<(typeof SENTENCES)[Code], Facts>;

/** The error type that prints a sentence of the one list. The conditional keeps this alias itself out of the message. */
export type Sentence<Code extends DiagnosticCode, Facts = {}> =
  SentenceText<Code, Facts> extends infer Message extends string ? FlowError<Message> : never;

/** The same with types beside it. */
export type SentenceWith<Code extends DiagnosticCode, Facts, Detail> =
  SentenceText<Code, Facts> extends infer Message extends string ? FlowMismatch<Message, Detail> : never;

type Word<Name> = Name extends string | number ? `${Name}` : 'a symbol';

/**
 * Several names as they stand between the quotes of a sentence: `a', 'b`. The last six, and how many more there are. Costs
 * something on the way to an error only.
 */
export type Listed<Names, Text extends string = '', Shown extends readonly 1[] = [], More extends readonly 1[] = []> = [Names] extends [
  never,
]
  ? More['length'] extends 0
    ? Text
    : `${Text}', '${More['length']} more`
  : LastOf<Names> extends infer Last
    ? Shown['length'] extends 6
      ? More['length'] extends 200
        ? `${Text}', 'many more`
        : Listed<Exclude<Names, Last>, Text, Shown, [...More, 1]>
      : Listed<Exclude<Names, Last>, Text extends '' ? Word<Last> : `${Word<Last>}', '${Text}`, [...Shown, 1], More>
    : never;
