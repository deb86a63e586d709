import { PlumblineError } from '../definition/error.js';
import { type Dependant, dependantsOf, versionWords } from './dependants.js';
import type { ProjectDefinitions } from './project-definitions.js';
import type { RecordedDependant, RecordedUse } from './recorded-uses.js';
import type { VersionState } from './version-state.js';

/** A definition version in its state, or a kept record, that rests on a version. */
export type Resting = (Dependant & { readonly state: VersionState }) | RecordedDependant;

/**
 * Everything that rests on a version, directly or through others, records too. Sources and entities are used in their
 * latest version, so nothing rests on an older one.
 */
export function restingOn(
  target: Dependant,
  definitions: ProjectDefinitions,
  uses: readonly RecordedUse[],
): readonly Resting[] {
  const { kind, name, version } = target;
  const shared = kind === 'Entity' || kind === 'Source';
  if (shared && definitions.latest(kind, name)?.stored.version !== version) return [];
  const documents = dependantsOf(target, definitions);
  const records = uses.filter(({ of }) => [target, ...documents].some((each) => isSame(each, of)));
  return [
    ...documents.map((each) => ({ ...each, state: stateOf(each, definitions) })),
    ...records.map(({ by }) => by),
  ];
}

/** Throws IN_USE, naming what rests on a version, unless nothing does. `consequence` says what is refused and the remedy. */
export function requireNoneResting(
  resting: readonly Resting[],
  consequence: { readonly refused: string; readonly remedy: string },
): void {
  if (resting.length === 0) return;
  const shown = resting.slice(0, MAX_SHOWN).map(restingWords);
  const more = resting.length - shown.length;
  const listed = shown.join(', ') + (more > 0 ? ` and ${more} more` : '');
  const message = `${consequence.refused} while in use by ${listed}; ${consequence.remedy}`;
  throw new PlumblineError('IN_USE', message, { dependants: resting });
}

/** Dependants that the message itself spells out; `dependants` has them all. */
const MAX_SHOWN = 10;

function restingWords(resting: Resting): string {
  if (resting.kind === 'TrainingSet') return `training set "${resting.name}"`;
  if (resting.kind === 'TrainedModel') return `trained version ${resting.version} of model "${resting.name}"`;
  return versionWords(resting);
}

function stateOf({ kind, name, version }: Dependant, definitions: ProjectDefinitions): VersionState {
  return definitions.find(kind, name, version).stored.state;
}

function isSame(a: Dependant, b: Dependant): boolean {
  return a.kind === b.kind && a.name === b.name && a.version === b.version;
}
