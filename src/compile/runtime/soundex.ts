/**
 * SOUNDEX: the first ASCII letter as it is, then digits of those that follow, up to three, filled with zeros; nothing of a text
 * without letters. A digit is written once however often it follows itself, with anything but another digit's letter between.
 * Source: GoogleSQL, SOUNDEX.
 */
export function soundex(text: string): string {
  const letters = text.replace(NO_LETTERS, '');
  let digits = '';
  let last = digitOf(letters, 0);
  for (let i = 1; i < letters.length && digits.length < 3; i++) {
    const digit = digitOf(letters, i);
    if (digit === ' ' || digit === last) continue;
    digits += digit;
    last = digit;
  }
  return letters === '' ? '' : letters[0]! + digits.padEnd(3, '0');
}

function digitOf(letters: string, at: number): string {
  return DIGITS[(letters.charCodeAt(at) | 0x20) - 0x61] ?? ' ';
}

/** Digits of the letters a to z; a blank is a letter without one. */
const DIGITS = ' 123 12  22455 12623 1 2 2';
const NO_LETTERS = /[^A-Za-z]+/g;
