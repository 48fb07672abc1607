import { SENTENCES } from '#model/diagnostics.js';
import { CHECK_CODES } from '../../checking/index.js';
import { LOAD_CODES } from '../../loading/index.js';
import type { RuleText } from '../../output/index.js';
import { RULES } from '../../rules/index.js';
import { UPGRADE_CODES } from '../../upgrade/index.js';

/** All codes that a check may say. What `compile()` reports goes by the sentences that it prints. */
export function ruleTexts(): readonly RuleText[] {
  return [
    ...RULES,
    ...CHECK_CODES,
    ...LOAD_CODES,
    ...Object.values(UPGRADE_CODES),
    ...Object.entries(SENTENCES).map(([code, title]) => ({ code, title })),
  ];
}
