import type { UsedSet } from './service-reads.js';

/** The features of a service named one by one, `alias=set@version:feature`: names that mean them whatever is registered later. */
export function featureRefs({ uses }: { readonly uses: readonly UsedSet[] }): readonly string[] {
  return uses.flatMap(({ alias, featureSet, features }) =>
    features.map((name) => `${alias}=${featureSet.name}@${featureSet.version}:${name}`),
  );
}
