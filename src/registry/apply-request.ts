import { DOCUMENT_KINDS, type DocumentKind } from '../definition/document.js';
import { PlumblineError } from '../definition/error.js';
import { YamlText } from '../platform/body.js';
import type { ApplyRequest } from './plan-apply.js';
import { type DocumentInput, parseYamlDocuments } from './yaml-documents.js';

/** Many documents of a request, from JSON. */
export function jsonRequest(project: string, documents: readonly unknown[]): ApplyRequest {
  const inputs = documents.map((data) => ({ data, locate: () => null }));
  return { project, inputs, pathOf: (index) => `/documents/${index}` };
}

/** Many documents of a request, from YAML. Throws INVALID_REQUEST. */
export function yamlRequest(project: string, { text }: YamlText): ApplyRequest {
  const inputs = parseYamlDocuments(text);
  if (inputs.length === 0) {
    throw new PlumblineError('INVALID_REQUEST', 'the YAML holds no document', { path: '' });
  }
  return { project, inputs, pathOf: (index) => `/documents/${index}` };
}

/** One document of a known kind, which it may leave out, from JSON or YAML. Throws INVALID_REQUEST, INVALID_DOCUMENT. */
export function singleRequest(project: string, kind: DocumentKind, body: unknown): ApplyRequest {
  const input = singleInput(body);
  const data = withKind(input.data, kind);
  return { project, inputs: [{ ...input, data }], pathOf: () => '' };
}

function singleInput(body: unknown): DocumentInput {
  if (!(body instanceof YamlText)) return { data: body, locate: () => null };
  const inputs = parseYamlDocuments(body.text);
  if (inputs.length === 1) return inputs[0]!;
  const message = `the YAML holds ${inputs.length} documents, this route takes one; send several to …/apply`;
  throw new PlumblineError('INVALID_REQUEST', message, { path: '' });
}

function withKind(data: unknown, kind: DocumentKind): unknown {
  if (data === null || typeof data !== 'object' || Array.isArray(data)) return data;
  if (!('kind' in data)) return { kind, ...data };
  const other = DOCUMENT_KINDS.find((candidate) => candidate === data.kind);
  if (other === undefined || other === kind) return data;
  const message = `is ${other}; this route registers ${kind}`;
  throw new PlumblineError('INVALID_DOCUMENT', `/kind: ${message}`, {
    problems: [{ path: '/kind', message }],
  });
}
