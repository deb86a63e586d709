import type { AnyFeatureSet } from '../compile/chained-feature-set.js';
import { DOCUMENT_KINDS } from '../definition/document.js';
import { PlumblineError } from '../definition/error.js';
import {
  KIND_WORDS,
  ProjectDefinitions,
  type Registered,
  type StoredVersion,
} from './project-definitions.js';

/** Compiles a project's stored versions; what `previous` holds compiled against the same things is taken from there. */
export function compileProject(
  project: string,
  versions: readonly StoredVersion[],
  previous: ProjectDefinitions | null,
): ProjectDefinitions {
  const definitions = new ProjectDefinitions(project);
  for (const kind of DOCUMENT_KINDS) {
    for (const stored of versions) {
      if (stored.kind !== kind) continue;
      definitions.add(reusable(stored, previous, definitions) ?? compile(stored, definitions));
    }
  }
  return definitions;
}

function reusable(
  stored: StoredVersion,
  previous: ProjectDefinitions | null,
  definitions: ProjectDefinitions,
): Registered | null {
  const known = previous
    ?.versions(stored.kind, stored.name)
    .find(({ stored: { id, revision } }) => id === stored.id && revision === stored.revision);
  if (known === undefined || !USES_CURRENT[stored.kind](known as never, definitions)) return null;
  // Its state may have changed, which takes no compiling.
  return { stored, compiled: known.compiled };
}

/** Whether what a compiled version was compiled against is still current. */
const USES_CURRENT: {
  readonly [K in Registered['stored']['kind']]: (
    known: Registered<K>,
    definitions: ProjectDefinitions,
  ) => boolean;
} = {
  Entity: () => true,
  Source: () => true,
  FeatureSet: ({ compiled }, definitions) =>
    definitions.latest('Entity', compiled.entity.name)?.compiled === compiled.entity &&
    (compiled.kind === 'chained'
      ? areCurrent(compiled.inputs, definitions)
      : definitions.latest('Source', compiled.source.name)?.compiled === compiled.source),
  FeatureService: ({ compiled }, definitions) => areCurrent(compiled.uses, definitions),
  Model: ({ compiled: { service, cascade } }, definitions) =>
    definitions.find('FeatureService', service.name, service.version).compiled === service &&
    cascade.every(({ model }) => definitions.find('Model', model.name, model.version).compiled === model),
};

function areCurrent(
  used: readonly { readonly featureSet: AnyFeatureSet }[],
  definitions: ProjectDefinitions,
): boolean {
  return used.every(
    ({ featureSet }) =>
      definitions.find('FeatureSet', featureSet.name, featureSet.version).compiled === featureSet,
  );
}

function compile(stored: StoredVersion, definitions: ProjectDefinitions): Registered {
  try {
    return definitions.compile(stored);
  } catch (cause) {
    const { project, kind, name, version } = stored;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new PlumblineError(
      'INTERNAL',
      `${KIND_WORDS[kind]} "${name}" version ${version} of project "${project}", registered before, does not compile: ${reason}`,
    );
  }
}
