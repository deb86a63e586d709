import { INT64_MAX, INT64_MIN, type Value } from '../definition/value.js';
import type { ScalarType, ValueType } from '../definition/value-type.js';

/**
 * What the values of a JSON column whose type nobody declared have in common: BOOL, STRING, INT64 where every number is
 * integral, else FLOAT64, or an array of one of these.
 */
export class JsonKind {
  private scalar: ScalarType | null = null;
  private isArray: boolean | null = null;
  /** An integer that no FLOAT64 holds was seen. */
  private hasLargeInteger = false;

  /** Takes a value in; gives what is wrong with it, or null. */
  add(json: unknown): string | null {
    if (json === null || json === undefined) return null;
    if (this.isArray !== null && this.isArray !== Array.isArray(json))
      return 'mixes arrays and single values';
    this.isArray = Array.isArray(json);
    if (!Array.isArray(json)) return this.addScalar(json);
    for (const item of json) {
      const problem = item === null ? null : this.addScalar(item);
      if (problem !== null) return problem;
    }
    return null;
  }

  /** The type that holds every value taken in; STRING where none says anything. */
  type(): ValueType {
    const scalar = this.scalar ?? 'STRING';
    return this.isArray === true ? `ARRAY<${scalar}>` : scalar;
  }

  private addScalar(json: unknown): string | null {
    const found = scalarTypeOf(json);
    if (found === null) return `is ${nameOf(json)}, which no column holds`;
    this.hasLargeInteger ||= found === 'INT64' && BigInt(Number(json)) !== BigInt(json as bigint);
    const both = this.scalar === null || this.scalar === found ? found : widened(this.scalar, found);
    if (both === null) return `is ${found} where others are ${this.scalar}`;
    this.scalar = both;
    if (both === 'FLOAT64' && this.hasLargeInteger) return 'mixes fractions and integers beyond 2^53';
    return null;
  }
}

/** A JSON value as a value of the type that {@link JsonKind} found for its column; NULLs in arrays stay. */
export function jsonValueOf(type: ValueType, json: unknown): Value {
  if (json === null || json === undefined) return null;
  if (Array.isArray(json)) {
    const element = type.slice('ARRAY<'.length, -1) as ScalarType;
    return json.map((item) => jsonValueOf(element, item));
  }
  if (type === 'INT64') return BigInt(json as number | bigint);
  return type === 'FLOAT64' ? Number(json) : (json as Value);
}

function widened(a: ScalarType, b: ScalarType): ScalarType | null {
  const isNumber = (type: ScalarType): boolean => type === 'INT64' || type === 'FLOAT64';
  return isNumber(a) && isNumber(b) ? 'FLOAT64' : null;
}

function scalarTypeOf(json: unknown): ScalarType | null {
  if (typeof json === 'boolean') return 'BOOL';
  if (typeof json === 'string') return json.isWellFormed() ? 'STRING' : null;
  if (typeof json === 'bigint') return json >= INT64_MIN && json <= INT64_MAX ? 'INT64' : 'FLOAT64';
  // A Number that is an object was integral only after rounding.
  if (json instanceof Number) return 'FLOAT64';
  return typeof json === 'number' ? numberTypeOf(json) : null;
}

function numberTypeOf(json: number): ScalarType | null {
  if (Number.isSafeInteger(json) && !Object.is(json, -0)) return 'INT64';
  return Number.isFinite(json) ? 'FLOAT64' : null;
}

function nameOf(json: unknown): string {
  if (Array.isArray(json)) return 'an array in an array';
  if (typeof json === 'string') return 'text with half a surrogate pair';
  return typeof json === 'object' && !(json instanceof Number) ? 'an object' : 'a number beyond FLOAT64';
}
