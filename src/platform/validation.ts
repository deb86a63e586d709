import {
  type ArgumentMetadata,
  type PipeTransform,
  type Type,
  type ValidationError,
  ValidationPipe,
} from '@nestjs/common';
import { PlumblineError, type Problem } from '../definition/error.js';
import { UploadedFrame, YamlText } from './body.js';
import { pointerToken } from './json.js';

/**
 * Validates what a controller declares: a body or query class by its class-validator rules, unknown properties refused;
 * an {@link UploadedFrame} by its content type. A body declared `unknown` passes: its use case validates it.
 */
export class RequestPipe implements PipeTransform {
  async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    if (metadata.type !== 'body') return VALIDATION.transform(value, metadata);
    if (metadata.metatype === UploadedFrame) return requireFrame(value);
    refuseFrame(value);
    if (value instanceof YamlText && metadata.metatype !== Object) {
      throw new PlumblineError('UNSUPPORTED_MEDIA_TYPE', 'this route reads application/json');
    }
    return VALIDATION.transform(value, metadata);
  }
}

/** Validates a body by the rules of a class, for a controller that first looks at its content type. */
export async function validateBody<T>(type: Type<T>, value: unknown): Promise<T> {
  return VALIDATION.transform(value, { type: 'body', metatype: type });
}

const VALIDATION = new ValidationPipe({
  whitelist: true,
  forbidNonWhitelisted: true,
  transform: true,
  exceptionFactory: (errors) => invalidRequest(errors),
});

function requireFrame(value: unknown): UploadedFrame {
  if (value instanceof UploadedFrame) return value;
  throw new PlumblineError(
    'UNSUPPORTED_MEDIA_TYPE',
    'this route reads a frame: send application/vnd.apache.arrow.stream or application/vnd.apache.parquet',
  );
}

function refuseFrame(value: unknown): void {
  if (!(value instanceof UploadedFrame)) return;
  throw new PlumblineError('UNSUPPORTED_MEDIA_TYPE', 'this route reads no frame; send application/json');
}

function invalidRequest(errors: readonly ValidationError[]): PlumblineError {
  const problems = errors.flatMap((error) => problemsOf(error, ''));
  const listed = problems.map(({ path, message }) => `${path}: ${message}`).join('; ');
  return new PlumblineError('INVALID_REQUEST', `the request is refused: ${listed}`, { problems });
}

function problemsOf(error: ValidationError, parent: string): readonly Problem[] {
  const path = `${parent}${pointerToken(error.property)}`;
  const own = Object.entries(error.constraints ?? {}).map(([rule, message]) => ({
    path,
    message: rule === 'whitelistValidation' ? `"${error.property}" is no known property` : message,
  }));
  return [...own, ...(error.children ?? []).flatMap((child) => problemsOf(child, path))];
}
