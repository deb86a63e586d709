import type { Random } from '../rows/random.js';

/** Makes something wrong of valid bytes; now and then it stays valid. */
export type Mutation = (bytes: Buffer, random: Random) => Buffer;

/** For any bytes: truncation, noise, numbers that point elsewhere, parts twice or gone. */
export const BYTE_MUTATIONS: readonly Mutation[] = [
  (bytes, random) => bytes.subarray(0, random.whole(0, bytes.length - 1)),
  (bytes, random) => withByte(bytes, random, (byte) => byte ^ (1 << random.whole(0, 7))),
  (bytes, random) => withByte(bytes, random, () => random.whole(0, 255)),
  (bytes, random) => {
    const copy = Buffer.from(bytes);
    for (let i = random.whole(2, 40); i > 0; i--)
      copy[random.whole(0, copy.length - 1)] = random.whole(0, 255);
    return copy;
  },
  withNumber,
  withNumber,
  withNumber,
  (bytes, random) => {
    const [start, end] = span(bytes, random);
    return Buffer.concat([bytes.subarray(0, end), bytes.subarray(start)]);
  },
  (bytes, random) => {
    const [start, end] = span(bytes, random);
    return Buffer.concat([bytes.subarray(0, start), bytes.subarray(end)]);
  },
  (bytes, random) => {
    const [start, end] = span(bytes, random);
    return Buffer.from(bytes).fill(0, start, end);
  },
];

/** For JSON and what is made of it: values of other types, names that every object has, numbers and texts out of bounds. */
export const TEXT_MUTATIONS: readonly Mutation[] = [
  ...BYTE_MUTATIONS.slice(0, 4),
  replacing(/-?\d+(?:\.\d+)?/g, [
    '9'.repeat(1000),
    `0.${'9'.repeat(1000)}`,
    `1e${'9'.repeat(50)}`,
    '-',
    '1.0.0',
    '0x10',
    'NaN',
    '-0',
    '[]',
    '{}',
    '"7"',
    '18446744073709551616',
    'true',
  ]),
  replacing(/"[^"]*"/g, [
    '"\\ud800"',
    '"\\udc00\\ud800"',
    '"\\u0000"',
    '"\u0000"',
    '"\\x"',
    '"__proto__"',
    '"constructor"',
    '"toString"',
    '"hasOwnProperty"',
    '""',
    '7',
    'null',
    `"${'x'.repeat(2000)}"`,
    '"2999-01-01T00:00:00Z"',
    '"2013-02-30T00:00:00Z"',
    '"-000001-01-01T00:00:00Z"',
  ]),
  replacing(/[{}[\],:"]/g, ['', '{', '}', '[', ']', ',', ':', '"', '\n', '\\']),
  (bytes, random) => insertedAt(bytes, random, Buffer.from([0xc3, 0x28, 0xed, 0xa0, 0x80, 0xff])),
  (bytes, random) => insertedAt(bytes, random, Buffer.from('['.repeat(random.pick([5, 70, 100_000])))),
  (bytes, random) => insertedAt(bytes, random, Buffer.from('{"a":'.repeat(random.pick([5, 70, 50_000])))),
];

/** Numbers that lead astray where a length, a count or a place is read. */
const NUMBERS = [-1, 0, 1, 7, 1000, 2 ** 16, 2 ** 24, 2 ** 30, 2 ** 31 - 1, -(2 ** 31)];

function withNumber(bytes: Buffer, random: Random): Buffer {
  const copy = Buffer.from(bytes);
  const at = random.whole(0, Math.max(0, Math.floor(copy.length / 4) - 1)) * 4;
  if (at + 4 <= copy.length) copy.writeInt32LE(random.pick(NUMBERS), at);
  return copy;
}

function withByte(bytes: Buffer, random: Random, change: (byte: number) => number): Buffer {
  const copy = Buffer.from(bytes);
  const at = random.whole(0, copy.length - 1);
  copy[at] = change(copy[at]!);
  return copy;
}

function span(bytes: Buffer, random: Random): readonly [number, number] {
  const start = random.whole(0, bytes.length - 1);
  return [start, random.whole(start + 1, Math.min(bytes.length, start + 64))];
}

function replacing(pattern: RegExp, replacements: readonly string[]): Mutation {
  return (bytes, random) => {
    const text = bytes.toString();
    const found = [...text.matchAll(pattern)];
    if (found.length === 0) return bytes;
    const match = random.pick(found);
    const end = match.index + match[0].length;
    return Buffer.from(text.slice(0, match.index) + random.pick(replacements) + text.slice(end));
  };
}

function insertedAt(bytes: Buffer, random: Random, part: Buffer): Buffer {
  const at = random.whole(0, bytes.length);
  return Buffer.concat([bytes.subarray(0, at), part, bytes.subarray(at)]);
}
