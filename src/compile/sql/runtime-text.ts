import { PlumblineError } from '../../definition/error.js';
import { RUNTIME_DECLARATIONS, RUNTIME_ENTRIES, type RuntimeDeclaration } from './runtime-source.gen.js';

/** What code needs of the runtime, in the order in which it is evaluated, and the code with `rt.<name>` replaced by its names. */
export function declarationsFor(code: string): {
  readonly declarations: readonly RuntimeDeclaration[];
  readonly code: string;
} {
  const entries = new Set<string>();
  const renamed = code.replace(/\brt\.(\w+)/g, (_, name: string) => {
    const target = RUNTIME_ENTRIES[name];
    if (target === undefined) throw new PlumblineError('INTERNAL', `the runtime has no text for rt.${name}`);
    entries.add(target);
    return target;
  });
  const needed = closure(entries);
  return { declarations: RUNTIME_DECLARATIONS.filter(({ name }) => needed.has(name)), code: renamed };
}

/** Node APIs and packages that the declarations need. */
export function foreignTo(declarations: readonly RuntimeDeclaration[]): readonly string[] {
  return [...new Set(declarations.flatMap(({ foreign }) => foreign))];
}

function closure(names: Iterable<string>): ReadonlySet<string> {
  const needed = new Set<string>();
  const pending = [...names];
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (needed.has(name)) continue;
    needed.add(name);
    pending.push(...(BY_NAME.get(name)?.uses ?? []));
  }
  return needed;
}

const BY_NAME = new Map(RUNTIME_DECLARATIONS.map((declaration) => [declaration.name, declaration]));
