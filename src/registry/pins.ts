import type { Document, FeatureSetInputDocument } from '../definition/document.js';

/** Versions that a document's references were resolved to when it was registered, by JSON pointer. */
export type Pins = Readonly<Record<string, number>>;

/** The latest registered version of what a reference names. */
export type LatestVersion = (kind: 'FeatureSet' | 'FeatureService', name: string) => number;

/** Pins for every reference that leaves its version open. */
export function pinsOf(document: Document, latest: LatestVersion): Pins {
  switch (document.kind) {
    case 'FeatureService':
      return inputPins(document.entries, '/entries', latest);
    case 'FeatureSet':
      return inputPins(document.inputs ?? [], '/inputs', latest);
    case 'Model':
      return document.serviceVersion === undefined
        ? { '/serviceVersion': latest('FeatureService', document.featureService) }
        : {};
    default:
      return {};
  }
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
      return { ...document, ...versionAt(pins, '/serviceVersion', 'serviceVersion') };
    default:
      return document;
  }
}

function pinned<Item extends FeatureSetInputDocument>(
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
