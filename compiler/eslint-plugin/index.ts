/** The plugin for ESLint and oxlint: rules of the checker that one file can decide without types. */
import type { RuleModule } from './rule.js';
import { builderDropped } from './rules/builder-dropped.js';
import { classNameUsed } from './rules/class-name-used.js';
import { emptyRevert } from './rules/empty-revert.js';
import { externalEffect } from './rules/external-effect.js';
import { fieldWritten } from './rules/field-written.js';
import { floatingPromise } from './rules/floating-promise.js';
import { inputMutated } from './rules/input-mutated.js';
import { oneSidedRevert } from './rules/one-sided-revert.js';

/** A configuration in ESLint's flat form. */
export interface FlatConfig {
  readonly name: string;
  readonly plugins: Readonly<Record<string, object>>;
  readonly rules: Readonly<Record<string, 'error' | 'warn'>>;
}

export interface Plugin {
  readonly meta: { readonly name: string; readonly namespace: string };
  readonly rules: Readonly<Record<string, RuleModule>>;
  /** All rules: those of which the checker says `error` as errors, the others as warnings. */
  readonly configs: { readonly recommended: FlatConfig };
}

const meta = { name: 'flowproof', namespace: 'flowproof' };
const rules = {
  'builder-dropped': builderDropped,
  'class-name-used': classNameUsed,
  'empty-revert': emptyRevert,
  'external-effect': externalEffect,
  'field-written': fieldWritten,
  'floating-promise': floatingPromise,
  'input-mutated': inputMutated,
  'one-sided-revert': oneSidedRevert,
};
const severities = Object.keys(rules).map((name) => [`flowproof/${name}`, name === 'floating-promise' ? 'error' : 'warn'] as const);

/**
 * What one file can tell of tasks and flows, while it is written. `flowproof check` knows more: types, other files, flows
 * as a whole.
 *
 * @example
 * ```js
 * // eslint.config.js
 * import flowproof from 'flowproof/eslint-plugin';
 *
 * export default [flowproof.configs.recommended];
 * ```
 */
const plugin: Plugin = {
  meta,
  rules,
  configs: {
    recommended: { name: 'flowproof/recommended', plugins: { flowproof: { meta, rules } }, rules: Object.fromEntries(severities) },
  },
};

export default plugin;
