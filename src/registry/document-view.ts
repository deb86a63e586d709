import type { Document, Documentation, DocumentKind } from '../definition/document.js';
import type { JsonSchema } from './document.schema.js';
import type { Pins } from './pins.js';
import type { Registered } from './project-definitions.js';
import { registeredRowSchema } from './row-schema.js';
import type { VersionState } from './version-state.js';

/** A document in a list. */
export type DocumentSummary = Documentation & {
  readonly name: string;
  readonly version: number;
  readonly state: VersionState;
};

/** A document version as it was registered. */
export type DocumentDetails = {
  readonly kind: DocumentKind;
  readonly name: string;
  readonly version: number;
  readonly state: VersionState;
  readonly fingerprint: string;
  readonly createdAt: string;
  /** As it was written. */
  readonly document: Document;
  /** Versions that its open references were resolved to, by JSON pointer. */
  readonly pins: Pins;
  readonly rowSchema?: JsonSchema;
};

export function summaryOf({ stored }: Registered): DocumentSummary {
  const { description, owner, tags } = stored.document;
  return {
    name: stored.name,
    version: stored.version,
    state: stored.state,
    ...(description !== undefined && { description }),
    ...(owner !== undefined && { owner }),
    ...(tags !== undefined && { tags }),
  };
}

export function detailsOf(registered: Registered): DocumentDetails {
  const { kind, name, version, state, fingerprint, createdAt, document, pins } = registered.stored;
  const rowSchema = registeredRowSchema(registered);
  return {
    kind,
    name,
    version,
    state,
    fingerprint,
    createdAt: createdAt.toISOString(),
    document,
    pins,
    ...(rowSchema !== null && { rowSchema }),
  };
}
