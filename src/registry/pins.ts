import type { Document, FeatureSetInputDocument, ModelDocument } from '../definition/document.js';
import { PlumblineError, type Problem } from '../definition/error.js';

/** Versions that a document's references were resolved to when it was registered, by JSON pointer. */
export type Pins = Readonly<Record<string, number>>;

/** The latest registered version of what a reference names. */
export type LatestVersion = (kind: 'FeatureSet' | 'FeatureService', name: string) => number;

/** The trained versions of a model, oldest first, each with the version of its definition. */
export type TrainedVersions = (
  model: string,
) => readonly { readonly version: number; readonly definition: number }[];

type KnownVersions = { readonly latest: LatestVersion; readonly trained: TrainedVersions };

/**
 * Pins for every reference that leaves its version open, and for the definitions of trained models. Throws INVALID_DOCUMENT for a
 * trained version that there is not.
 */
export function pinsOf(document: Document, { latest, trained }: KnownVersions): Pins {
  switch (document.kind) {
    case 'FeatureService':
      return inputPins(document.entries, '/entries', latest);
    case 'FeatureSet':
      return inputPins(document.inputs ?? [], '/inputs', latest);
    case 'Model':
      return {
        ...(document.serviceVersion === undefined && {
          '/serviceVersion': latest('FeatureService', document.featureService),
        }),
        ...cascadePins(document, trained),
      };
    default:
      return {};
  }
}

/** The definition version that a trained model was made by, as {@link pinsOf} keeps it. */
export function cascadeDefinition(pins: Pins, index: number): number {
  return pins[`/cascade/${index}/definition`]!;
}

function cascadePins({ cascade = [] }: ModelDocument, trained: TrainedVersions): Pins {
  const problems: Problem[] = [];
  const pins: Record<string, number> = {};
  for (const [index, { model, version }] of cascade.entries()) {
    const found = trainedVersion(trained(model), version);
    if (found === null) problems.push(untrained(`/cascade/${index}`, { model, version }, trained(model)));
    else {
      if (version === undefined) pins[`/cascade/${index}/version`] = found.version;
      pins[`/cascade/${index}/definition`] = found.definition;
    }
  }
  if (problems.length === 0) return pins;
  const listed = problems.map(({ message }) => message).join('; ');
  throw new PlumblineError('INVALID_DOCUMENT', listed, { problems });
}

type Trained = ReturnType<TrainedVersions>;

function trainedVersion(versions: Trained, version: number | undefined): Trained[number] | null {
  if (version === undefined) return versions.at(-1) ?? null;
  return versions.find((each) => each.version === version) ?? null;
}

function untrained(
  path: string,
  { model, version }: { readonly model: string; readonly version: number | undefined },
  versions: Trained,
): Problem {
  const last = versions.at(-1);
  const known = last === undefined ? 'it has none; train it first' : `the latest is ${last.version}`;
  const wanted = version === undefined ? 'trained version' : `trained version ${version}`;
  const member = last === undefined ? 'model' : 'version';
  return { path: `${path}/${member}`, message: `model "${model}" has no ${wanted}; ${known}` };
}

function inputPins(items: readonly FeatureSetInputDocument[], path: string, latest: LatestVersion): Pins {
  return Object.fromEntries(
    items.flatMap(({ featureSet, version }, index) =>
      version === undefined ? [[`${path}/${index}/version`, latest('FeatureSet', featureSet)]] : [],
    ),
  );
}

/** The document with its pins filled in. */
export function resolvePins<D extends Document>(document: D, pins: Pins): D {
  switch (document.kind) {
    case 'FeatureService':
      return { ...document, entries: pinned(document.entries, '/entries', pins) };
    case 'FeatureSet':
      if (document.inputs === undefined) return document;
      return { ...document, inputs: pinned(document.inputs, '/inputs', pins) };
    case 'Model':
      return {
        ...document,
        ...versionAt(pins, '/serviceVersion', 'serviceVersion'),
        ...(document.cascade !== undefined && { cascade: pinned(document.cascade, '/cascade', pins) }),
      };
    default:
      return document;
  }
}

function pinned<Item extends { readonly version?: number }>(
  items: readonly Item[],
  path: string,
  pins: Pins,
): readonly Item[] {
  return items.map((item, index) => ({ ...item, ...versionAt(pins, `${path}/${index}/version`, 'version') }));
}

function versionAt(pins: Pins, pointer: string, member: string): Readonly<Record<string, number>> {
  const version = pins[pointer];
  return version === undefined ? {} : { [member]: version };
}
