import type { Document, DocumentKind, FeatureSetInputDocument } from '../definition/document.js';
import { PlumblineError, type Problem } from '../definition/error.js';
import type { ProjectDefinitions } from './project-definitions.js';

/** A document's mention of another one. */
export type Reference = {
  readonly kind: DocumentKind;
  readonly name: string;
  readonly version: number | undefined;
  /** Where the name stands, and where its version does. */
  readonly path: string;
  readonly versionPath: string;
};

/** Everything a document refers to by name. */
export function referencesOf(document: Document): readonly Reference[] {
  switch (document.kind) {
    case 'FeatureSet':
      return [
        { kind: 'Entity', name: document.entity, version: undefined, path: '/entity', versionPath: '' },
        ...(document.inputs === undefined
          ? [sourceReference(document.source)]
          : featureSetReferences(document.inputs, '/inputs')),
      ];
    case 'FeatureService':
      return featureSetReferences(document.entries, '/entries');
    case 'Model':
      return [
        {
          kind: 'FeatureService',
          name: document.featureService,
          version: document.serviceVersion,
          path: '/featureService',
          versionPath: '/serviceVersion',
        },
        ...(document.cascade ?? []).map(({ model }, index) => modelReference(model, index)),
      ];
    default:
      return [];
  }
}

/** What is pinned of a model is a trained version, of whichever definition. */
function modelReference(name: string, index: number): Reference {
  return { kind: 'Model', name, version: undefined, path: `/cascade/${index}/model`, versionPath: '' };
}

function sourceReference(name: string): Reference {
  return { kind: 'Source', name, version: undefined, path: '/source', versionPath: '' };
}

function featureSetReferences(items: readonly FeatureSetInputDocument[], path: string): readonly Reference[] {
  return items.map(({ featureSet: name, version }, index) => ({
    kind: 'FeatureSet',
    name,
    version,
    path: `${path}/${index}/featureSet`,
    versionPath: `${path}/${index}/version`,
  }));
}

/** Throws INVALID_DOCUMENT for every reference to what is not registered. */
export function requireReferences(document: Document, definitions: ProjectDefinitions): void {
  const problems = referencesOf(document).flatMap(({ kind, name, version, ...at }): Problem[] => {
    const versions = definitions.versions(kind, name);
    const found =
      version === undefined ? versions.at(-1) : versions.find(({ stored }) => stored.version === version);
    if (found !== undefined) return [];
    const path = versions.length === 0 ? at.path : at.versionPath;
    return [{ path, message: definitions.missing(kind, name, version) }];
  });
  if (problems.length === 0) return;
  const listed = problems.map(({ message }) => message).join('; ');
  throw new PlumblineError('INVALID_DOCUMENT', listed, { problems });
}
