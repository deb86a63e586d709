import type { AnyFeatureSet } from '../compile/chained-feature-set.js';
import type { DocumentKind } from '../definition/document.js';
import { KIND_WORDS, type ProjectDefinitions, type Registered } from './project-definitions.js';

export type Dependant = { readonly kind: DocumentKind; readonly name: string; readonly version: number };

/** Everything that rests on a version, directly or through others: sets on sources and on sets, services on sets, models on services and on models. */
export function dependantsOf(of: Dependant, definitions: ProjectDefinitions): readonly Dependant[] {
  const all = definitions.all();
  const found = new Map<string, Dependant>();
  const visit = (target: Dependant): void => {
    for (const candidate of all) {
      const { kind, name, version } = candidate.stored;
      const key = `${kind}/${name}/${version}`;
      if (found.has(key) || !rests(candidate, target)) continue;
      found.set(key, { kind, name, version });
      visit(candidate.stored);
    }
  };
  visit(of);
  return [...found.values()];
}

/** A version in running text, such as `feature set "weather" version 2`. */
export function versionWords({ kind, name, version }: Dependant): string {
  return `${KIND_WORDS[kind]} "${name}" version ${version}`;
}

/** Whether a version refers to `target` itself. Sources and entities are used whatever their version. */
function rests({ stored, compiled }: Registered, target: Dependant): boolean {
  const { document } = stored;
  switch (document.kind) {
    case 'FeatureSet':
      if (target.kind === 'Entity') return document.entity === target.name;
      if (target.kind === 'Source') return document.source === target.name;
      return names(compiled, target);
    case 'FeatureService':
      return names(compiled, target);
    case 'Model':
      if (!('service' in compiled)) return false;
      if (target.kind === 'Model') return compiled.cascade.some(({ model }) => isVersion(model, target));
      return target.kind === 'FeatureService' && isVersion(compiled.service, target);
    default:
      return false;
  }
}

function names(compiled: Registered['compiled'], target: Dependant): boolean {
  return target.kind === 'FeatureSet' && setsNamedBy(compiled).some((set) => isVersion(set, target));
}

/** The feature set versions that a chained set or a service names. */
export function setsNamedBy(compiled: Registered['compiled']): readonly AnyFeatureSet[] {
  if ('uses' in compiled) return compiled.uses.map(({ featureSet }) => featureSet);
  return 'depth' in compiled ? compiled.inputs.map(({ featureSet }) => featureSet) : [];
}

function isVersion(
  compiled: { readonly name: string; readonly version: number },
  target: Dependant,
): boolean {
  return compiled.name === target.name && compiled.version === target.version;
}
