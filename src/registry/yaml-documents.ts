import { isAlias, isNode, LineCounter, parseAllDocuments, type Document as YamlDocument } from 'yaml';
import { PlumblineError, type Problem } from '../definition/error.js';

/** Documents as their text held them, before any of them is checked. */
export type DocumentInput = {
  readonly data: unknown;
  /** Line and column, from 1, of what stands at a JSON pointer, where the text has lines. */
  readonly locate: (pointer: string) => { readonly line: number; readonly column: number } | null;
};

/** A YAML stream of documents, integers without loss. Throws INVALID_REQUEST with line and column of every fault. */
export function parseYamlDocuments(text: string): readonly DocumentInput[] {
  const lines = new LineCounter();
  const parsed = parsedDocuments(text, lines);
  const documents = Array.isArray(parsed) ? parsed : [];
  const problems = documents.flatMap((document) => faultsOf(document, lines));
  if (problems.length > 0) {
    const listed = problems.map(({ message }) => message).join('; ');
    throw new PlumblineError('INVALID_REQUEST', `the YAML cannot be read: ${listed}`, { problems });
  }
  return (
    documents
      .map((document) => ({
        data: plainOf(document),
        locate: (pointer: string) => locate(document, pointer, lines),
      }))
      // Files put together leave empty documents and comments between their `---`.
      .filter(({ data }) => data !== null)
  );
}

/** The parser goes down level by level, and gives up where the text nests too deep for it. */
function parsedDocuments(text: string, lineCounter: LineCounter): ReturnType<typeof parseAllDocuments> {
  try {
    return parseAllDocuments(text, { intAsBigInt: true, lineCounter });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new PlumblineError('INVALID_REQUEST', 'the YAML cannot be read: it is nested too deep', {
      path: '',
    });
  }
}

function faultsOf(document: YamlDocument, lines: LineCounter): readonly Problem[] {
  return document.errors.map(({ code, message, pos }) => {
    const { line, col } = lines.linePos(pos[0]);
    return { path: '', message: message.split('\n')[0]!.replace(/:$/, ''), code, line, column: col };
  });
}

function plainOf(document: YamlDocument): unknown {
  try {
    return jsonNumbers(document.toJS());
  } catch (error) {
    // Too many aliases, which a few lines of text can blow up into gigabytes.
    const reason = error instanceof Error ? error.message : String(error);
    throw new PlumblineError('INVALID_REQUEST', `the YAML cannot be read: ${reason}`, { path: '' });
  }
}

/** Numbers as JSON without loss has them: integers as numbers where exact, `.nan` and `.inf` as the text of rows (S4). */
function jsonNumbers(data: unknown): unknown {
  if (typeof data === 'bigint') {
    const number = Number(data);
    return Number.isSafeInteger(number) ? number : data;
  }
  if (typeof data === 'number') return Number.isFinite(data) ? data : String(data);
  if (Array.isArray(data)) return data.map(jsonNumbers);
  if (data === null || typeof data !== 'object') return data;
  return Object.fromEntries(Object.entries(data).map(([name, value]) => [name, jsonNumbers(value)]));
}

function locate(
  document: YamlDocument,
  pointer: string,
  lines: LineCounter,
): { readonly line: number; readonly column: number } | null {
  const path = pointer.split('/').slice(1).map(pathStep);
  // What is missing stands nowhere; its parent does.
  for (let depth = path.length; depth >= 0; depth--) {
    const node = depth === 0 ? document.contents : document.getIn(path.slice(0, depth), true);
    if (!isNode(node) || isAlias(node) || !node.range) continue;
    const { line, col } = lines.linePos(node.range[0]);
    return { line, column: col };
  }
  return null;
}

function pathStep(token: string): string | number {
  return /^\d+$/.test(token) ? Number(token) : token.replaceAll('~1', '/').replaceAll('~0', '~');
}
