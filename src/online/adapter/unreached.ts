import { PlumblineError } from '../../definition/error.js';
import type { OnlineRead } from '../store.js';

/** Entities that a failure names. */
const NAMED_ENTITIES = 100;

/** The error of a read that did not reach these entities, by their places, for that reason. */
export function unreached(places: Iterable<number>, { message, details }: PlumblineError): PlumblineError {
  const entities = [...new Set(places)].sort((a, b) => a - b).slice(0, NAMED_ENTITIES);
  return new PlumblineError('UNAVAILABLE', message, { ...details, entities });
}

/** Places of all entities that a read asks about: those with a key. */
export function askedPlaces({ latest, windows }: OnlineRead): readonly number[] {
  return [...latest, ...windows].flatMap(({ keys }) =>
    keys.flatMap((key, place) => (key === null ? [] : [place])),
  );
}
