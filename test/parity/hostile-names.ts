import { COLUMNS } from './columns.js';

/** A name for each column that would be trouble wherever it stood unquoted, or met a name of the generated code. */
export function hostileName(column: string): string {
  const index = [...COLUMNS.keys()].indexOf(column);
  return index < NAMES.length ? NAMES[index]! : `${column} \u{1F600}`;
}

const NAMES = [
  'select',
  'constructor',
  '__proto__',
  'rt',
  'd0',
  'c0',
  'asOf',
  '"',
  "it's",
  '`',
  '\\',
  '*/ x /*',
  '-- x',
  '; DROP TABLE parity',
  'two\nlines',
  '$0',
  'NULL',
  'ǅ and \u{1F600}',
];
