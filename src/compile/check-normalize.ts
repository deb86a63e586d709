import { closestName } from '../definition/closest-name.js';
import { resolveOverload } from './check-overload.js';
import type { CheckContext, Checked } from './checked.js';
import type { OperationId } from './operation/table.js';
import { NORMAL_FORMS } from './runtime/normalize.js';
import type { CallNode, SyntaxNode } from './syntax.js';

/** NORMALIZE(text[, form]) and NORMALIZE_AND_CASEFOLD: the form is a keyword, not a value. */
export const NORMALIZE_CALLS: Readonly<
  Record<string, (context: CheckContext, node: CallNode) => Checked | null>
> = {
  NORMALIZE: (context, node) => checkNormalize(context, node, 'normalize_string'),
  NORMALIZE_AND_CASEFOLD: (context, node) => checkNormalize(context, node, 'normalize_and_casefold_string'),
};

function checkNormalize(context: CheckContext, node: CallNode, id: OperationId): Checked | null {
  const [text, form] = node.arguments;
  if (text === undefined || node.arguments.length > 2) {
    const message = `write ${node.name}(text[, form]), a form being one of ${EXPECTED}`;
    return context.report({ position: node.position, message, expected: EXPECTED });
  }
  const operand = context.check(text);
  const mode = form === undefined ? 'NFC' : formOf(context, form);
  if (operand === null || mode === null) return null;
  const written = { name: node.name, position: node.position, operands: [operand] };
  return resolveOverload(context, [id], { ...written, parameters: { mode } });
}

function formOf(context: CheckContext, node: SyntaxNode): string | null {
  if (node.kind === 'error') return context.check(node) && null;
  const found = node.kind === 'name' ? node.name : node.kind === 'literal' ? `${node.value}` : '';
  const name = found.slice(0, 64).toUpperCase();
  if (node.kind === 'name' && NORMAL_FORMS.some((known) => known === name)) return name;
  const suggestion = closestName(name, NORMAL_FORMS);
  const what = node.kind === 'name' ? found.slice(0, 64) : 'a value';
  const message = `${what} is no normal form; a form is one of the words ${EXPECTED}, without quotes`;
  const { position } = node;
  return context.report({ position, message, expected: EXPECTED, ...(suggestion && { suggestion }) });
}

const EXPECTED = NORMAL_FORMS.join(', ');
