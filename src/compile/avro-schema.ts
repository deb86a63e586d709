import type { Problem } from '../definition/error.js';
import { isJsonObject, type JsonObject } from '../definition/json-columns.js';

/** A type of an Avro schema (Apache Avro 1.12, "Schema Declaration"); names of types are resolved, so it may be circular. */
export type AvroType =
  | { readonly kind: AvroPrimitive }
  /** INT64 of so many nanoseconds each, since the Unix epoch. */
  | { readonly kind: 'timestamp'; readonly unitNs: bigint }
  /** Days since the Unix epoch. */
  | { readonly kind: 'date' }
  /** Two's complement, big-endian, times 10^-scale; of the bytes that precede it, or of `size`. */
  | { readonly kind: 'decimal'; readonly scale: number; readonly size: number | null }
  | { readonly kind: 'fixed'; readonly size: number }
  | { readonly kind: 'enum'; readonly symbols: readonly string[] }
  | { readonly kind: 'array'; readonly items: AvroType }
  | { readonly kind: 'map'; readonly values: AvroType }
  | { readonly kind: 'union'; readonly options: readonly AvroType[] }
  | AvroRecord;

type AvroRecord = {
  readonly kind: 'record';
  readonly fields: readonly { readonly name: string; readonly type: AvroType }[];
};

type AvroPrimitive = (typeof PRIMITIVES)[number];

const PRIMITIVES = ['null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string'] as const;

/** The type of a schema's JSON; or what is wrong with it, by path. */
export function parseAvroSchema(schema: unknown): AvroType | Problem {
  try {
    return new SchemaReader().read(schema, { path: '', namespace: '' });
  } catch (error) {
    if (error instanceof SchemaProblem) return { path: error.path, message: error.message };
    throw error;
  }
}

/** Schemas nest a few levels; deeper ones are nobody's. */
const MAX_DEPTH = 32;

class SchemaProblem extends Error {
  constructor(
    readonly path: string,
    message: string,
  ) {
    super(message);
  }
}

type Place = { readonly path: string; readonly namespace: string };

class SchemaReader {
  private readonly named = new Map<string, AvroType>();
  private depth = 0;

  read(schema: unknown, place: Place): AvroType {
    if (++this.depth > MAX_DEPTH) throw new SchemaProblem(place.path, 'is nested too deep');
    const type = this.readHere(schema, place);
    this.depth--;
    return type;
  }

  private readHere(schema: unknown, place: Place): AvroType {
    if (typeof schema === 'string') return this.byName(schema, place);
    if (Array.isArray(schema)) return this.union(schema, place);
    if (isJsonObject(schema)) return this.declared(schema, place);
    throw new SchemaProblem(place.path, 'is no Avro type; write a name, a union or an object with "type"');
  }

  private byName(name: string, { path, namespace }: Place): AvroType {
    const primitive = PRIMITIVES.find((each) => each === name);
    if (primitive !== undefined) return { kind: primitive };
    const type =
      this.named.get(name.includes('.') ? name : fullName(name, namespace)) ?? this.named.get(name);
    if (type !== undefined) return type;
    throw new SchemaProblem(path, `"${name}" is no Avro type, and no type of that name comes before`);
  }

  private union(options: readonly unknown[], { path, namespace }: Place): AvroType {
    if (options.length === 0) throw new SchemaProblem(path, 'is a union of nothing');
    return {
      kind: 'union',
      options: options.map((each, i) => this.read(each, { path: `${path}/${i}`, namespace })),
    };
  }

  private declared(schema: JsonObject, place: Place): AvroType {
    const { type } = schema;
    switch (type) {
      case 'record':
      case 'error':
        return this.record(schema, place);
      case 'enum':
        return this.name(schema, place, {
          kind: 'enum',
          symbols: texts(schema['symbols'], place, 'symbols'),
        });
      case 'fixed':
        return this.name(schema, place, this.fixed(schema, place));
      case 'array':
        return { kind: 'array', items: this.read(schema['items'], within(place, 'items')) };
      case 'map':
        return { kind: 'map', values: this.read(schema['values'], within(place, 'values')) };
      default:
        return logical(this.read(type, within(place, 'type')), schema, place);
    }
  }

  private record(schema: JsonObject, place: Place): AvroType {
    const { name, namespace } = nameOf(schema, place);
    const fields: { name: string; type: AvroType }[] = [];
    const record: AvroRecord = { kind: 'record', fields };
    // Before its fields: they may be of it.
    this.named.set(fullName(name, namespace), record);
    const given = schema['fields'];
    if (!Array.isArray(given)) throw new SchemaProblem(`${place.path}/fields`, 'is no list of fields');
    given.forEach((field: unknown, i) => {
      const path = `${place.path}/fields/${i}`;
      if (!isJsonObject(field) || typeof field['name'] !== 'string')
        throw new SchemaProblem(path, 'is no field; write "name" and "type"');
      fields.push({
        name: field['name'],
        type: this.read(field['type'], { path: `${path}/type`, namespace }),
      });
    });
    return record;
  }

  private fixed(schema: JsonObject, place: Place): AvroType {
    const size = schema['size'];
    if (!Number.isInteger(size) || Number(size) < 0)
      throw new SchemaProblem(`${place.path}/size`, 'is no number of bytes');
    return logical({ kind: 'fixed', size: Number(size) }, schema, place);
  }

  private name(schema: JsonObject, place: Place, type: AvroType): AvroType {
    const { name, namespace } = nameOf(schema, place);
    this.named.set(fullName(name, namespace), type);
    return type;
  }
}

/** Units of logical types over long, in nanoseconds. */
const TIMESTAMPS: Readonly<Record<string, bigint>> = {
  'timestamp-millis': 1_000_000n,
  'timestamp-micros': 1_000n,
  'timestamp-nanos': 1n,
};

/** A logical type that does not fit its type is ignored, as the specification asks. */
function logical(type: AvroType, schema: JsonObject, place: Place): AvroType {
  const name = schema['logicalType'];
  if (typeof name !== 'string') return type;
  const unitNs = Object.hasOwn(TIMESTAMPS, name) ? TIMESTAMPS[name] : undefined;
  if (type.kind === 'long' && unitNs !== undefined) return { kind: 'timestamp', unitNs };
  if (type.kind === 'int' && name === 'date') return { kind: 'date' };
  return name === 'decimal' ? decimal(type, schema, place) : type;
}

function decimal(type: AvroType, schema: JsonObject, place: Place): AvroType {
  if (type.kind !== 'bytes' && type.kind !== 'fixed') return type;
  const scale = schema['scale'] ?? 0;
  if (!Number.isInteger(scale) || Number(scale) < 0 || Number(scale) > MAX_DECIMAL_SCALE)
    throw new SchemaProblem(`${place.path}/scale`, `is no whole number from 0 to ${MAX_DECIMAL_SCALE}`);
  return { kind: 'decimal', scale: Number(scale), size: type.kind === 'fixed' ? type.size : null };
}

/** More places than any decimal type has. */
const MAX_DECIMAL_SCALE = 1_000;

function nameOf(schema: JsonObject, { path, namespace: outer }: Place) {
  const { name, namespace } = schema;
  if (typeof name !== 'string' || name === '') throw new SchemaProblem(`${path}/name`, 'is missing');
  const dot = name.lastIndexOf('.');
  if (dot >= 0) return { name: name.slice(dot + 1), namespace: name.slice(0, dot) };
  return { name, namespace: typeof namespace === 'string' ? namespace : outer };
}

function fullName(name: string, namespace: string): string {
  return namespace === '' ? name : `${namespace}.${name}`;
}

function within({ path, namespace }: Place, member: string): Place {
  return { path: `${path}/${member}`, namespace };
}

function texts(given: unknown, { path }: Place, member: string): readonly string[] {
  if (Array.isArray(given) && given.every((each) => typeof each === 'string')) return given;
  throw new SchemaProblem(`${path}/${member}`, 'is no list of texts');
}
