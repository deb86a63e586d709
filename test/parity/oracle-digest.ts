import { createHash } from 'node:crypto';
import type { Value } from '../../src/definition/value.js';
import { fingerprint64 } from './oracle-farm-fingerprint.js';
import type { StrictOperation } from './oracle-kind.js';

/** Hashes and encodings of bytes, by Node's and by a plain port of FarmHash. */
export const DIGEST: Readonly<Record<string, StrictOperation>> = {
  to_hex_bytes: ([b]) => limited(Buffer.from(bytes(b)).toString('hex')),
  from_hex_string: ([s]) => {
    const digits = (text(s).length % 2 === 1 ? '0' : '') + text(s);
    return /^[\da-f]*$/i.test(digits) ? new Uint8Array(Buffer.from(digits, 'hex')) : null;
  },
  to_base64_bytes: ([b]) => limited(Buffer.from(bytes(b)).toString('base64')),
  from_base64_string: ([s]) => {
    const digits = text(s).replace(/[ \t\n\v\f\r]/g, '');
    const isWhole = /^([\w+/]{4})*([\w+/]{2}(==)?|[\w+/]{3}=?)?$/.test(digits) && !digits.includes('_');
    return isWhole ? new Uint8Array(Buffer.from(digits, 'base64')) : null;
  },
  safe_convert_bytes: ([b]) => safeText([...bytes(b)]),
  ...digest('md5'),
  ...digest('sha1'),
  ...digest('sha256'),
  ...digest('sha512'),
  farm_fingerprint_string: ([s]) => BigInt.asIntN(64, fingerprint64(new TextEncoder().encode(text(s)))),
  farm_fingerprint_bytes: ([b]) => BigInt.asIntN(64, fingerprint64(bytes(b))),
};

function digest(name: string): Readonly<Record<string, StrictOperation>> {
  const compute: StrictOperation = ([value]) =>
    new Uint8Array(
      createHash(name)
        .update(value as string | Uint8Array)
        .digest(),
    );
  return { [`${name}_string`]: compute, [`${name}_bytes`]: compute };
}

/** The longest start that is one code point of UTF-8, else U+FFFD for one byte, and so on. */
function safeText(rest: readonly number[]): string {
  let [result, left] = ['', rest];
  while (left.length > 0) {
    const size = [1, 2, 3, 4].find((length) => isOneCodePoint(left.slice(0, length))) ?? 0;
    result += size === 0 ? '\ufffd' : Buffer.from(left.slice(0, size)).toString('utf8');
    left = left.slice(Math.max(1, size));
  }
  return result;
}

function isOneCodePoint(some: readonly number[]): boolean {
  const decoded = Buffer.from(some).toString('utf8');
  return [...decoded].length === 1 && Buffer.from(decoded, 'utf8').equals(Buffer.from(some));
}

function text(value: Value | undefined): string {
  return value as string;
}

function bytes(value: Value | undefined): Uint8Array {
  return value as Uint8Array;
}

function limited(result: string): Value {
  return result.length <= 1_048_576 ? result : null;
}
