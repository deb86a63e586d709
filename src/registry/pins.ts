import type { Document } from '../definition/document.js';

/** Versions that a document's references were resolved to when it was registered, by JSON pointer. */
export type Pins = Readonly<Record<string, number>>;

/** The latest registered version of what a reference names. */
export type LatestVersion = (kind: 'FeatureSet' | 'FeatureService', name: string) => number;

/** Pins for every reference that leaves its version open. */
export function pinsOf(document: Document, latest: LatestVersion): Pins {
  switch (document.kind) {
    case 'FeatureService':
      return Object.fromEntries(
        document.entries.flatMap(({ featureSet, version }, index) =>
          version === undefined ? [[`/entries/${index}/version`, latest('FeatureSet', featureSet)]] : [],
        ),
      );
    case 'Model':
      return document.serviceVersion === undefined
        ? { '/serviceVersion': latest('FeatureService', document.featureService) }
        : {};
    default:
      return {};
  }
}

/** The document with its pins filled in. */
export function resolvePins<D extends Document>(document: D, pins: Pins): D {
  switch (document.kind) {
    case 'FeatureService': {
      const entries = document.entries.map((entry, index) => ({
        ...entry,
        ...versionAt(pins, `/entries/${index}/version`, 'version'),
      }));
      return { ...document, entries };
    }
    case 'Model':
      return { ...document, ...versionAt(pins, '/serviceVersion', 'serviceVersion') };
    default:
      return document;
  }
}

function versionAt(pins: Pins, pointer: string, member: string): Readonly<Record<string, number>> {
  const version = pins[pointer];
  return version === undefined ? {} : { [member]: version };
}
