/** Bytes of WebAssembly code; opcodes are those of https://webassembly.github.io/spec/core/binary/instructions.html. */
export type Code = readonly number[];

/** A function that takes i32 parameters and gives nothing; locals are numbered behind the parameters. */
export type WasmFunction = {
  readonly name: string;
  readonly parameters: number;
  /** Locals of type i32, then of type v128. */
  readonly integers: number;
  readonly vectors: number;
  readonly body: Code;
};

/** A module of functions over one memory, imported as `env.memory`. */
export function moduleOf(functions: readonly WasmFunction[]): Uint8Array<ArrayBuffer> {
  const types = functions.map(({ parameters }) => [0x60, ...list(new Array(parameters).fill([I32])), 0]);
  const bodies = functions.map(({ integers, vectors, body }) => {
    const code = [
      ...list([
        [...unsigned(integers), I32],
        [...unsigned(vectors), V128],
      ]),
      ...body,
      END,
    ];
    return [...unsigned(code.length), ...code];
  });
  const exported = functions.map(({ name }, place) => [...text(name), 0, ...unsigned(place)]);
  const memory = [...text('env'), ...text('memory'), 2, 0, 1];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, types),
    ...section(2, [memory]),
    ...section(
      3,
      functions.map((_, place) => unsigned(place)),
    ),
    ...section(7, exported),
    ...section(10, bodies),
  ]);
}

export const get = (local: number): Code => [0x20, ...unsigned(local)];
export const set = (local: number, value: Code): Code => [...value, 0x21, ...unsigned(local)];
export const add = (a: Code, b: Code): Code => [...a, ...b, 0x6a];
export const multiply = (a: Code, b: Code): Code => [...a, ...b, 0x6c];
export const constant = (value: number): Code => [0x41, ...signed(value)];
/** local += value */
export const increase = (local: number, by: Code): Code => set(local, add(get(local), by));

/** While a + `ahead` ≤ b, as unsigned numbers. */
export const whileFits = (a: number, { ahead, end }: { ahead: number; end: number }, body: Code): Code => [
  ...[0x02, VOID, 0x03, VOID],
  ...add(get(a), constant(ahead)),
  ...get(end),
  ...[0x4b, 0x0d, 1],
  ...body,
  ...[0x0c, 0, END, END],
];

/** Does `body` as often as `count` says, at least once, counting it down to 0. */
export const repeat = (count: number, body: Code): Code => [
  ...[0x03, VOID],
  ...body,
  ...get(count),
  ...constant(-1),
  ...[0x6a, 0x22, ...unsigned(count)],
  ...[0x0d, 0, END],
];

/** Four float32 numbers at an address. */
export const load = (address: Code, offset = 0): Code => [...address, 0xfd, 0x00, 2, ...unsigned(offset)];
/** The float32 number at an address, four times. */
export const splat = (address: Code): Code => [...address, 0xfd, 0x09, 2, 0];
export const store = (address: Code, value: Code, offset = 0): Code => [
  ...address,
  ...value,
  ...[0xfd, 0x0b, 2, ...unsigned(offset)],
];
export const addVectors = (a: Code, b: Code): Code => [...a, ...b, 0xfd, ...unsigned(0xe4)];
export const multiplyVectors = (a: Code, b: Code): Code => [...a, ...b, 0xfd, ...unsigned(0xe6)];
export const maximum = (a: Code, b: Code): Code => [...a, ...b, 0xfd, ...unsigned(0xe9)];
/** All bits of a lane where a > b, else none. */
export const isGreater = (a: Code, b: Code): Code => [...a, ...b, 0xfd, ...unsigned(0x44)];
export const and = (a: Code, b: Code): Code => [...a, ...b, 0xfd, ...unsigned(0x4e)];
export const ZEROS: Code = [0xfd, 0x0c, ...new Array<number>(16).fill(0)];

const I32 = 0x7f;
const V128 = 0x7b;
const VOID = 0x40;
const END = 0x0b;

function section(id: number, items: readonly Code[]): Code {
  const content = list(items);
  return [id, ...unsigned(content.length), ...content];
}

function list(items: readonly Code[]): Code {
  return [...unsigned(items.length), ...items.flat()];
}

function text(name: string): Code {
  return [...unsigned(name.length), ...Buffer.from(name)];
}

/** LEB128. */
function unsigned(value: number): Code {
  return value < 128 ? [value] : [(value & 127) | 128, ...unsigned(value >>> 7)];
}

function signed(value: number): Code {
  const rest = value >> 7;
  const last = value & 127;
  const isDone = (rest === 0 && (last & 64) === 0) || (rest === -1 && (last & 64) !== 0);
  return isDone ? [last] : [last | 128, ...signed(rest)];
}
