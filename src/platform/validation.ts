import type { ArgumentMetadata, PipeTransform, Type } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { type ValidationError, validate } from 'class-validator';
import { PlumblineError, type Problem } from '../definition/error.js';
import { FRAME_MEDIA_TYPES, UploadedFrame, YamlText } from './body.js';
import { pointerToken } from './json-pointer.js';
import { requireNoNullCharacter } from './null-character.js';

/**
 * Validates what a controller declares: a body or query class by its class-validator rules, unknown properties refused;
 * an {@link UploadedFrame} by its content type. A body declared `unknown` passes: its use case validates it.
 */
export class RequestPipe implements PipeTransform {
  async transform(value: unknown, { type, metatype }: ArgumentMetadata): Promise<unknown> {
    if (type === 'body' && metatype === UploadedFrame) return requireFrame(value);
    if (metatype === undefined || PLAIN_TYPES.has(metatype)) return value;
    if (type === 'body') return validateBody(metatype, value);
    return type === 'query' ? validateQuery(metatype, value) : value;
  }
}

/** What TypeScript's metadata names where a controller declares no class. */
const PLAIN_TYPES = new Set<unknown>([Object, String, Number, Boolean, Array]);

/**
 * A body as its class. Only the members of the body itself are looked at: what a member of type `unknown` holds is
 * passed on untouched, bigint and all, for its own validator.
 */
export async function validateBody<T extends object>(type: Type<T>, value: unknown): Promise<T> {
  if (value instanceof YamlText) {
    throw new PlumblineError('UNSUPPORTED_MEDIA_TYPE', 'this route reads application/json');
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw new PlumblineError('INVALID_REQUEST', 'the body must be a JSON object', { path: '' });
  }
  requireOwnNames(value);
  return valid(Object.assign(new type(), value));
}

/** Members of a query are text; its class converts them. */
export function validateQuery<T extends object>(type: Type<T>, value: unknown): Promise<T> {
  const members = Object.assign({}, value);
  requireOwnNames(members);
  return valid(plainToInstance(type, members));
}

/** The validator takes names that every object has, `__proto__` and `constructor` among them, for known ones. */
function requireOwnNames(value: object): void {
  const names = Object.keys(value).filter((name) => name in Object.prototype);
  if (names.length === 0) return;
  const problems = names.map((name) => ({
    path: pointerToken(name),
    message: `"${name}" is no known property`,
  }));
  throw invalidRequest(problems);
}

async function valid<T extends object>(instance: T): Promise<T> {
  requireNoNullCharacter(instance);
  const errors = await validate(instance, { whitelist: true, forbidNonWhitelisted: true });
  if (errors.length === 0) return instance;
  throw invalidRequest(errors.flatMap((error) => problemsOf(error, '')));
}

function invalidRequest(problems: readonly Problem[]): PlumblineError {
  const listed = problems.map(({ path, message }) => `${path}: ${message}`).join('; ');
  return new PlumblineError('INVALID_REQUEST', `the request is refused: ${listed}`, { problems });
}

function requireFrame(value: unknown): UploadedFrame {
  if (value instanceof UploadedFrame) return value;
  throw new PlumblineError(
    'UNSUPPORTED_MEDIA_TYPE',
    `this route reads a frame: send ${FRAME_MEDIA_TYPES.join(', ')}`,
  );
}

function problemsOf(error: ValidationError, parent: string): readonly Problem[] {
  const path = `${parent}${pointerToken(error.property)}`;
  const own = Object.entries(error.constraints ?? {}).map(([rule, message]) => ({
    path,
    message: rule === 'whitelistValidation' ? `"${error.property}" is no known property` : message,
  }));
  return [...own, ...(error.children ?? []).flatMap((child) => problemsOf(child, path))];
}
