import { foreignOperatorAt } from './foreign-operator.js';
import { infixAt } from './precedence.js';
import type { SyntaxNode } from './syntax.js';
import type { TokenReader } from './token-reader.js';

/** Reports that an operand should stand here, and passes over what no expression can go on with. */
export function parseMissing(reader: TokenReader): SyntaxNode {
  const { kind, upper, position } = reader.peek();
  if (kind === 'name' && reader.isAt('(', 1) && !reader.isAtStop()) {
    reader.next();
    reader.next();
    reader.skipOpen();
    return reader.report({ position, message: `${upper}(…) is not in the language`, found: upper });
  }
  const node = reader.report(reader.unexpected('an expression').mistake);
  const goesOn = reader.isAtStop() || infixAt(reader.peek(), reader.peek(1)) !== null;
  if (!goesOn && foreignOperatorAt(reader) === null) skipStray(reader);
  return node;
}

/** Something of another language: `@name`, `$1`, `{…}`. */
function skipStray(reader: TokenReader): void {
  const { text } = reader.next();
  if (text === '{') {
    while (reader.peek().kind !== 'end' && !reader.accept('}')) reader.next();
  } else if ('@:$'.includes(text)) {
    while (reader.accept('@') !== null);
    if (['name', 'integer'].includes(reader.peek().kind)) reader.next();
    while (reader.accept('.') !== null) reader.next();
  }
}
