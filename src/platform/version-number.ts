import { Param, type PipeTransform } from '@nestjs/common';
import { PlumblineError } from '../definition/error.js';

/** The number of a version in the path of a request. */
export const VersionNumber = (): ParameterDecorator => Param('version', new VersionNumberPipe());

class VersionNumberPipe implements PipeTransform<unknown, number> {
  transform(value: unknown): number {
    if (typeof value === 'string' && /^[1-9][0-9]{0,8}$/.test(value)) return Number(value);
    const message = `"${String(value)}" is no version; versions are numbered 1, 2, …`;
    throw new PlumblineError('INVALID_REQUEST', message, { path: 'version' });
  }
}
