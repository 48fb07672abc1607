/** Rules: what can be wrong, one file each. All they do is find. */
import { anyOutput } from './any-output.js';
import { className } from './class-name.js';
import { cycle } from './cycle.js';
import { deadNode } from './dead-node.js';
import { definition } from './definition.js';
import { droppedBuilder } from './dropped-builder.js';
import { duplicateFlow } from './duplicate-flow.js';
import { emptyRevert } from './empty-revert.js';
import { externalEffect } from './external-effect.js';
import { fieldWritten } from './field-written.js';
import { floatingPromise } from './floating-promise.js';
import { inputMutated } from './input-mutated.js';
import { notStatic } from './not-static.js';
import { notStorable } from './not-storable.js';
import { oneSidedRevert } from './one-sided-revert.js';
import { resultNotObject } from './result-not-object.js';
import type { Rule } from './rule.js';
import { taskNotExported } from './task-not-exported.js';
import { unusedOutput } from './unused-output.js';
import { uselessRetry } from './useless-retry.js';
import { wrongType } from './wrong-type.js';

export type { Found, Rule } from './rule.js';

/** Errors first, then warnings, then notes. */
export const RULES: readonly Rule[] = [
  definition,
  cycle,
  duplicateFlow,
  notStorable,
  resultNotObject,
  wrongType,
  floatingPromise,
  unusedOutput,
  emptyRevert,
  oneSidedRevert,
  externalEffect,
  className,
  taskNotExported,
  fieldWritten,
  inputMutated,
  deadNode,
  uselessRetry,
  droppedBuilder,
  anyOutput,
  notStatic,
];
