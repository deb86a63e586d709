import { canonicalJson } from '../definition/canonical.js';
import { isJsonObject } from '../definition/json-columns.js';
import { pointerToken } from '../platform/json-pointer.js';

/** One member that two documents differ in; what is absent is null. */
export type Difference = {
  readonly path: string;
  readonly from: unknown;
  readonly to: unknown;
  /** Name of the item of a list, such as a feature, that it is about. */
  readonly of?: string;
};

/** Where `to` differs from `from`, by JSON pointer into `to`, or into `from` for what it lost. */
export function differencesOf(from: unknown, to: unknown, path = ''): readonly Difference[] {
  if (canonicalJson(from ?? null) === canonicalJson(to ?? null)) return [];
  if (isNamedList(from) && isNamedList(to)) return listDifferences(from, to, path);
  const [before, after] = [membersOf(from), membersOf(to)];
  if (before === null || after === null) return [{ path, from: from ?? null, to: to ?? null }];
  const names = new Set([...before.keys(), ...after.keys()]);
  return [...names].flatMap((name) =>
    differencesOf(before.get(name), after.get(name), `${path}${pointerToken(name)}`),
  );
}

type Named = { readonly name: string };

function isNamedList(data: unknown): data is readonly Named[] {
  if (!Array.isArray(data)) return false;
  const names: unknown[] = data.map((item) => (isJsonObject(item) ? item['name'] : undefined));
  return names.every((name) => typeof name === 'string') && new Set(names).size === names.length;
}

/** Lists of named things are compared by name, so that one more in front is one difference. */
function listDifferences(from: readonly Named[], to: readonly Named[], path: string): readonly Difference[] {
  const kept = from.filter(({ name }) => to.some((item) => item.name === name));
  const changed = to.flatMap((item, index) => {
    const before = from.find(({ name }) => name === item.name);
    return differencesOf(before, item, `${path}/${index}`).map((each) => ({ ...each, of: item.name }));
  });
  const lost = from.flatMap((item, index) =>
    kept.includes(item) ? [] : [{ path: `${path}/${index}`, from: item, to: null, of: item.name }],
  );
  const both = [...changed, ...lost];
  return both.length > 0 ? both : [{ path, from: from.map(nameOf), to: to.map(nameOf) }];
}

function nameOf({ name }: Named): string {
  return name;
}

function membersOf(data: unknown): ReadonlyMap<string | number, unknown> | null {
  if (Array.isArray(data)) return new Map(data.map((item, index) => [index, item]));
  return isJsonObject(data) ? new Map(Object.entries(data)) : null;
}
