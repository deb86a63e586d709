import { ExportRefusal } from '../export-refusal.js';
import type { GraphValues } from './graph-value.js';
import { type GraphTexts, otherCode } from './graph-vocabulary.js';

/**
 * The code of the decimal text of a whole number, looked up by the number: an encoder over `CAST(hour AS STRING)`. Numbers that
 * nothing in the graph asks for have the code of other strings. Beyond 2^24 a float32 is not the number any more, but never
 * one below either.
 */
export function decimalText(values: GraphValues, number: string, texts: GraphTexts): string {
  const { builder } = values;
  const known = texts.met.filter(isDecimal);
  const other = builder.number(otherCode(texts));
  if (known.length === 0) return values.unlessMissing(other, [number]);
  const numbers = known.map(exactly);
  const isEach = values.indicators('Equal', number, numbers);
  const codes = builder.floats(
    known.map((text) => texts.codeOf(text) + 1),
    [1, known.length],
  );
  const found = values.sumOfRow(values.float('Mul', isEach, codes));
  const code = values.float('Sub', found, values.one);
  const isKnown = values.compare('Greater', found, values.zero);
  return values.unlessMissing(values.choose(isKnown, code, other), [number]);
}

/** Whether CAST of an INT64 gives this text. */
function isDecimal(text: string): boolean {
  return /^(?:0|-?[1-9]\d{0,18})$/.test(text) && BigInt.asIntN(64, BigInt(text)) === BigInt(text);
}

function exactly(text: string): number {
  const number = Number(text);
  if (Math.abs(number) < WHOLE) return number;
  throw new ExportRefusal(
    `the category '${text}' as a number has more than the 24 bits of float32, so others would be taken for it; make the text a feature`,
  );
}

/** Below it every whole number is a float32. */
const WHOLE = 2 ** 24;
