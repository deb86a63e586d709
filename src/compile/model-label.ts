import type { ModelDocument, Task } from '../definition/document.js';
import type { Problem } from '../definition/error.js';
import type { Expression } from '../definition/expression.js';
import type { ValueType } from '../definition/value-type.js';
import { taskFor } from './model-trainer.js';

type LabelRule = { readonly types: readonly ValueType[]; readonly remedy: string };

/** The labels that each task takes. */
const RULES: Record<Task, LabelRule> = {
  binary: { types: ['BOOL', 'INT64'], remedy: 'write a BOOL, or an INT64 of 0 and 1' },
  multiClass: { types: ['STRING', 'INT64'], remedy: 'write a STRING, or an INT64 that numbers classes' },
  regression: { types: ['FLOAT64', 'INT64'], remedy: 'write a FLOAT64 or INT64' },
};

/** Checks the label against what the trainer predicts. */
export function checkLabel(document: ModelDocument, label: Expression, problems: Problem[]): void {
  const task = taskFor(document.trainer, label);
  if (task === null) return;
  const { types, remedy } = RULES[task];
  if (!types.includes(label.type)) {
    problems.push({ path: '/label/expression', message: `the label is ${label.type}; ${remedy}` });
  }
  if (document.label.scale !== undefined && task !== 'regression') {
    const message = `scales a quantity, but the model predicts classes (${task}); drop it`;
    problems.push({ path: '/label/scale', message });
  }
}
