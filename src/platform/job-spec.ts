import { PlumblineError } from '../definition/error.js';

type MemberTypes = { readonly string: string; readonly number: number; readonly boolean: boolean };

type SpecShape = Readonly<Record<string, keyof MemberTypes>>;

type SpecOf<Shape extends SpecShape> = { readonly [Name in keyof Shape]: MemberTypes[Shape[Name]] };

/**
 * A job's spec, seen to have these members. Throws INVALID_REQUEST where it does not: it was then queued by another
 * version of the service.
 */
export function requireSpec<Shape extends SpecShape>(spec: unknown, shape: Shape): SpecOf<Shape> {
  const members = new Map(Object.entries(spec ?? {}));
  const problems = Object.entries(shape)
    .filter(([name, type]) => typeof members.get(name) !== type)
    .map(([name, type]) => ({ path: `/${name}`, message: `is no ${type}` }));
  if (problems.length === 0) return spec as SpecOf<Shape>;
  const listed = problems.map(({ path, message }) => `${path} ${message}`).join(', ');
  throw new PlumblineError('INVALID_REQUEST', `the job cannot be read (${listed}); start it anew`, {
    problems,
  });
}
