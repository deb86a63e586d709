import { createScanner, ScriptTarget, SyntaxKind } from 'typescript';

/** Stands in the names and texts that somebody chose, and nowhere in code of ours. */
export const TOKEN = 'zq7planted';

/** What is wrong with code that kernels were generated as: a name or a text of somebody's is in it; null is nothing. */
export function foreignInJavascript(source: string): string | null {
  if (source.includes(TOKEN)) return `generated JavaScript holds user text: ${around(source)}`;
  return PRINTABLE.test(source) ? null : 'generated JavaScript holds characters that ours never has';
}

/** The same of a function of BigQuery, whose constants stand in its body: there user text is in string literals alone. */
export function foreignInBody(body: string): string | null {
  if (!body.includes(TOKEN)) return null;
  const scanner = createScanner(ScriptTarget.ES2020, true);
  scanner.setText(body);
  for (let kind = scanner.scan(); kind !== SyntaxKind.EndOfFileToken; kind = scanner.scan()) {
    // What the scanner takes for a division may be a regular expression; it is read again as one.
    const read = kind === SyntaxKind.SlashToken ? scanner.reScanSlashToken() : kind;
    const isText = read === SyntaxKind.StringLiteral || read === SyntaxKind.NoSubstitutionTemplateLiteral;
    if (!isText && scanner.getTokenText().includes(TOKEN))
      return `a function's code holds user text: ${around(body)}`;
  }
  return null;
}

/** The same of SQL: user text stands inside of quoted literals and identifiers alone. */
export function foreignInSql(sql: string, dialect: keyof typeof QUOTED): string | null {
  const bare = sql.replace(QUOTED[dialect], ' ');
  if (bare.includes(TOKEN)) return `${dialect} SQL holds unquoted user text: ${around(bare)}`;
  return /['"`;]/.test(bare)
    ? `${dialect} SQL holds a stray quote or semicolon: ${bare.slice(0, 200)}`
    : null;
}

/** What is quoted: a doubled quote goes on in DuckDB, one behind a backslash in BigQuery. */
const QUOTED = {
  DuckDB: /'(?:[^']|'')*'|"(?:[^"]|"")*"/g,
  BigQuery:
    /r"""[\s\S]*?"""|r'[^']*'|'(?:[^'\\\n]|\\[\s\S])*'|"(?:[^"\\\n]|\\[\s\S])*"|`(?:[^`\\\n]|\\[\s\S])*`/g,
};

function around(text: string): string {
  const at = text.indexOf(TOKEN);
  return JSON.stringify(text.slice(Math.max(0, at - 60), at + 60));
}

const PRINTABLE = /^[\t\n\x20-\x7e]*$/;
