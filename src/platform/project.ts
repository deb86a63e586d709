import { Param, type PipeTransform } from '@nestjs/common';
import { NAME_PATTERN } from '../definition/document.js';
import { PlumblineError } from '../definition/error.js';

/** Where every route of a project begins. */
export const PROJECT_ROUTE = 'v1/projects/:project';

/** The project of a request, checked to be a name. */
export const Project = (): ParameterDecorator => Param('project', new NamePipe('project'));

/** The same of a request's names in its path. Throws INVALID_REQUEST. */
export function projectOf(params: unknown): string {
  return requireName('project', (params as Readonly<Record<string, string>>)['project']);
}

const NAME = new RegExp(NAME_PATTERN);

/** The same value, when it is a name. Throws INVALID_REQUEST. */
export function requireName(what: string, value: unknown): string {
  if (typeof value === 'string' && NAME.test(value)) return value;
  throw new PlumblineError(
    'INVALID_REQUEST',
    `${what} "${String(value)}" is no name; write a letter, then letters, digits and single underscores, 63 at most`,
    { path: what },
  );
}

class NamePipe implements PipeTransform<unknown, string> {
  constructor(private readonly what: string) {}

  transform(value: unknown): string {
    return requireName(this.what, value);
  }
}
