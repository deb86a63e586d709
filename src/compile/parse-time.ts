import { canonicalPart } from './check-time-parameter.js';
import { dateOfText, timestampOfText } from './runtime/time-text.js';
import { depthOver, errorNode, literal, type SyntaxNode } from './syntax.js';
import type { TokenReader } from './token-reader.js';

/** `EXTRACT(part FROM time [AT TIME ZONE 'zone'])`. */
export function parseExtract(reader: TokenReader): SyntaxNode {
  const { position } = reader.next();
  reader.expect('(');
  const part = parsePart(reader);
  reader.expect('FROM');
  reader.accept(',');
  const argument = reader.item('AT TIME ZONE or ")"', ['AT']);
  const zone = reader.accept('AT') ? parseZone(reader) : null;
  reader.close('AT TIME ZONE');
  return { kind: 'extract', position, depth: depthOver(position, [argument]), part, argument, zone };
}

/** `INTERVAL amount part`, which stands only as an argument. */
export function parseInterval(reader: TokenReader): SyntaxNode {
  const { position } = reader.next();
  const told = reader.mistakes.length;
  const amount = reader.expression();
  // A part may have been read as the operand that was missing.
  const isUnread = reader.mistakes.length > told && reader.peek().kind !== 'name';
  if (isUnread) return errorNode(position);
  const part = parsePart(reader);
  if (reader.isAt('TO')) throw reader.unexpected('one part; add an INTERVAL for each');
  return { kind: 'interval', position, depth: depthOver(position, [amount]), amount, part };
}

/** `TIMESTAMP '…'` and `DATE '…'`; without a string behind it the word is a name or a function. */
export function parseTimeLiteral(reader: TokenReader): SyntaxNode | null {
  if (reader.peek(1).kind !== 'string') return null;
  const type = reader.next().upper === 'DATE' ? 'DATE' : 'TIMESTAMP';
  const { text, position } = reader.next();
  const value = type === 'DATE' ? dateOfText(text) : timestampOfText(text);
  if (value !== null) return literal(type, value, position);
  const found = JSON.stringify(text.slice(0, 64));
  return reader.report({ position, message: `${found} is no ${type}`, found });
}

/** `HOUR`, or `WEEK(MONDAY)`. */
function parsePart(reader: TokenReader): string {
  if (reader.peek().kind !== 'name') throw reader.unexpected('a part such as HOUR');
  const part = reader.next().upper;
  if (part !== 'WEEK' || !reader.accept('(')) return part;
  if (reader.peek().kind !== 'name') throw reader.unexpected('a day of the week such as MONDAY');
  const weekday = reader.next().upper;
  reader.expect(')');
  return canonicalPart(`WEEK(${weekday})`);
}

function parseZone(reader: TokenReader): { name: string; position: number } {
  reader.expect('TIME');
  reader.expect('ZONE');
  const { kind, position } = reader.peek();
  if (kind !== 'string') throw reader.unexpected("a time zone as a string literal, such as 'UTC'");
  return { name: reader.next().text, position };
}
