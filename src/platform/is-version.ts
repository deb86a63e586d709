import { applyDecorators } from '@nestjs/common';
import { IsInt, Max, Min } from 'class-validator';

/** The number of a version in a body or query: from 1 up, as far as the registry's integers reach. */
export function IsVersion(): PropertyDecorator {
  return applyDecorators(IsInt(), Min(1), Max(MAX_VERSION));
}

/** The same rule for a value of JSON. */
export function isVersionNumber(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= MAX_VERSION;
}

/** Of a PostgreSQL integer. */
const MAX_VERSION = 2 ** 31 - 1;
