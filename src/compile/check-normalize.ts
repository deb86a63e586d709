import { closestName } from '../definition/closest-name.js';
import { resolveOverload } from './check-overload.js';
import type { CheckContext, Checked } from './checked.js';
import type { OperationId } from './operation/table.js';
import { NORMAL_FORMS } from './runtime/normalize.js';
import type { CallNode } from './syntax.js';

/** NORMALIZE(text[, form]) and NORMALIZE_AND_CASEFOLD: the form is a keyword, not a value. */
export const NORMALIZE_CALLS: Readonly<
  Record<string, (context: CheckContext, node: CallNode) => Checked | null>
> = {
  NORMALIZE: (context, node) => checkNormalize(context, node, 'normalize_string'),
  NORMALIZE_AND_CASEFOLD: (context, node) => checkNormalize(context, node, 'normalize_and_casefold_string'),
};

function checkNormalize(context: CheckContext, node: CallNode, id: OperationId): Checked | null {
  const [text, form] = node.arguments;
  const expected = NORMAL_FORMS.join(', ');
  if (text === undefined || node.arguments.length > 2) {
    const message = `write ${node.name}(text[, form]), a form being one of ${expected}`;
    return context.report({ position: node.position, message, expected });
  }
  const operand = context.check(text);
  const mode = form === undefined ? 'NFC' : form.kind === 'name' ? form.name.toUpperCase() : '';
  if (!NORMAL_FORMS.some((name) => name === mode)) {
    const found = form?.kind === 'name' ? form.name.slice(0, 64) : 'a value';
    const suggestion = closestName(mode, NORMAL_FORMS);
    const message = `${found} is no normal form; forms are the words ${expected}, without quotes`;
    const { position } = form!;
    return context.report({ position, message, found, expected, ...(suggestion && { suggestion }) });
  }
  if (operand === null) return null;
  const written = { name: node.name, position: node.position, operands: [operand] };
  return resolveOverload(context, [id], { ...written, parameters: { mode } });
}
