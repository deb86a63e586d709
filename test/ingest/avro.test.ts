import { describe, expect, it } from 'vitest';
import { parseAvroSchema } from '../../src/compile/avro-schema.js';
import { decodeAvro } from '../../src/ingest/avro-value.js';

function decoded(schema: unknown, hex: string): unknown {
  const type = parseAvroSchema(schema);
  if ('message' in type) throw new Error(`${type.path} ${type.message}`);
  return decodeAvro(type, Buffer.from(hex.replaceAll(' ', ''), 'hex'));
}

const LONG_LIST = {
  type: 'record',
  name: 'LongList',
  fields: [
    { name: 'value', type: 'long' },
    { name: 'next', type: ['null', 'LongList'] },
  ],
};

const record = (type: unknown) => ({ type: 'record', name: 'r', fields: [{ name: 'a', type }] });

describe('an Avro value', () => {
  // Examples of the specification (Apache Avro 1.12, "Binary Encoding"), then what is easily lost.
  it.each([
    ['zero', 'long', '00', 0n],
    ['minus one', 'long', '01', -1n],
    ['one', 'long', '02', 1n],
    ['minus 64', 'long', '7f', -64n],
    ['64', 'long', '80 01', 64n],
    ['a text', 'string', '06 66 6f 6f', 'foo'],
    [
      'a record',
      {
        type: 'record',
        name: 'test',
        fields: [
          { name: 'a', type: 'long' },
          { name: 'b', type: 'string' },
        ],
      },
      '36 06 66 6f 6f',
      { a: 27n, b: 'foo' },
    ],
    ['an array', { type: 'array', items: 'long' }, '04 06 36 00', [3n, 27n]],
    ['an array in a block of known size', { type: 'array', items: 'long' }, '03 04 06 36 00', [3n, 27n]],
    ['the first of a union', ['null', 'string'], '00', null],
    ['the second of a union', ['null', 'string'], '02 02 61', 'a'],
    ['an enum', { type: 'enum', name: 'Foo', symbols: ['A', 'B', 'C', 'D'] }, '06', 'D'],
    ['a list of its own type', LONG_LIST, '02 02 04 00', { value: 1n, next: { value: 2n, next: null } }],
    ['the largest long', 'long', 'fe ff ff ff ff ff ff ff ff 01', 2n ** 63n - 1n],
    ['the least long', 'long', 'ff ff ff ff ff ff ff ff ff 01', -(2n ** 63n)],
    ['the largest int', 'int', 'fe ff ff ff 0f', 2 ** 31 - 1],
    ['28 bits', 'long', 'ff ff ff 7f', -134_217_728n],
    ['minus zero', 'double', '00 00 00 00 00 00 00 80', -0],
    ['no number', 'double', '00 00 00 00 00 00 f8 7f', 'NaN'],
    ['a float', 'float', '00 00 c0 3f', 1.5],
    ['bytes', 'bytes', '04 00 ff', 'AP8='],
    ['fixed bytes', { type: 'fixed', name: 'f', size: 2 }, '00 ff', 'AP8='],
    ['a truth', 'boolean', '01', true],
    ['a map', { type: 'map', values: 'int' }, '02 02 61 02 00', { a: 1 }],
    [
      'an instant in milliseconds',
      { type: 'long', logicalType: 'timestamp-millis' },
      '01',
      '1969-12-31T23:59:59.999Z',
    ],
    [
      'an instant in nanoseconds, floored',
      { type: 'long', logicalType: 'timestamp-nanos' },
      '01',
      '1969-12-31T23:59:59.999999Z',
    ],
    ['a day', { type: 'int', logicalType: 'date' }, '01', '1969-12-31'],
    ['a decimal', { type: 'bytes', logicalType: 'decimal', precision: 4, scale: 2 }, '04 ff 85', -1.23],
    ['a logical type of another type', { type: 'string', logicalType: 'date' }, '02 61', 'a'],
    ['a name of the same namespace', { ...LONG_LIST, namespace: 'x.y' }, '02 00', { value: 1n, next: null }],
  ])('is read: %s', (_, schema, hex, value) => {
    expect(decoded(schema, hex)).toEqual(value);
  });

  it.each([
    ['ends too early', record('double'), '00', 'ends before its value does'],
    ['is followed by others', record('long'), '02 02', 'has 1 bytes behind its value'],
    ['has a text longer than itself', record('string'), '0e 61', 'has a length of 7'],
    ['has a negative length', record('bytes'), '01', 'has a length of -1'],
    ['names no option', record(['null', 'long']), '04', 'names none of 2 options'],
    ['has a number of too many bytes', record('long'), 'ff'.repeat(10), 'more than 64 bits'],
    ['has items without end', record({ type: 'array', items: 'null' }), 'fe ff ff ff ff 0f 00', 'items'],
    ['nests without end', LONG_LIST, '02 02'.repeat(100), 'nested deeper'],
    ['has another byte for a truth', record('boolean'), '02', 'the byte 2'],
  ])('is refused when it %s', (_, schema, hex, message) => {
    expect(() => decoded(schema, hex)).toThrow(message);
  });
});

describe('an Avro schema', () => {
  it.each([
    ['an unknown type', record('strin'), '/fields/0/type', '"strin" is no Avro type'],
    ['a field without a name', { type: 'record', name: 'r', fields: [{}] }, '/fields/0', 'is no field'],
    ['a record without a name', { type: 'record', fields: [] }, '/name', 'is missing'],
    ['an empty union', record([]), '/fields/0/type', 'a union of nothing'],
    ['a number', 5, '', 'is no Avro type'],
    ['a fixed without size', record({ type: 'fixed', name: 'f' }), '/fields/0/type/size', 'number of bytes'],
    [
      'a bad scale',
      record({ type: 'bytes', logicalType: 'decimal', scale: -1 }),
      '/fields/0/type/scale',
      '0 to',
    ],
    [
      'an enum without symbols',
      record({ type: 'enum', name: 'e' }),
      '/fields/0/type/symbols',
      'no list of texts',
    ],
  ])('says what is wrong with %s', (_, schema, path, message) => {
    expect(parseAvroSchema(schema)).toEqual({ path, message: expect.stringContaining(message) });
  });
});
