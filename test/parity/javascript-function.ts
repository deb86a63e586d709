import { createContext, type Script, Script as VmScript } from 'node:vm';
import type { BigqueryFunction } from '../../src/compile/sql/bigquery-function.js';
import type { Value } from '../../src/definition/value.js';
import { elementTypeOf, type ScalarType, type ValueType } from '../../src/definition/value-type.js';

/** What a function of BigQuery is given and gives: BigQuery's JavaScript types, INT64 and TIMESTAMP as decimal text. */
export type Raw = null | boolean | number | string | readonly Raw[];

/**
 * Runs the text of BigQuery's JavaScript functions as BigQuery would: in an engine that has the language and nothing else,
 * with arguments and results of BigQuery's JavaScript types only.
 */
export class FunctionSandbox {
  private readonly context = createContext(Object.create(null), {
    codeGeneration: { strings: false, wasm: false },
  });
  private readonly compiled = new Map<string, (...raw: readonly Raw[]) => unknown>();

  constructor() {
    this.run(new VmScript(REMOVE));
  }

  /** What the function answers, of a type that BigQuery reads back; throws where the text does. */
  answer(called: BigqueryFunction, raw: readonly Raw[]): Raw {
    let compiled = this.compiled.get(called.name);
    if (compiled === undefined) {
      if (this.compiled.size >= MAX_FUNCTIONS) this.compiled.clear();
      const parameters = called.parameters.map(({ name }) => name).join(', ');
      compiled = this.run(
        new VmScript(`(function (${parameters}) {\n${called.body}\n})`),
      ) as typeof compiled & object;
      this.compiled.set(called.name, compiled);
    }
    return checkedRaw(compiled(...raw), called);
  }

  private run(script: Script): unknown {
    return script.runInContext(this.context);
  }
}

/** A value as BigQuery hands it to a function. */
export function rawOfValue(type: ValueType, value: Value): Raw {
  if (value === null) return null;
  const element = elementTypeOf(type);
  if (element !== null) return (value as readonly Value[]).map((item) => rawOfValue(element, item));
  return TO_RAW[type as ScalarType](value);
}

/** The value of a type that a function's answer stands for. */
export function valueOfRaw(type: ValueType, raw: Raw): Value {
  if (raw === null) return null;
  const element = elementTypeOf(type);
  if (element !== null) return (raw as readonly Raw[]).map((item) => valueOfRaw(element, item));
  return FROM_RAW[type as ScalarType](raw);
}

/** BigQuery refuses an answer that is not of the declared type. */
function checkedRaw(answer: unknown, { name, result }: BigqueryFunction): Raw {
  if (!isRaw(result.sqlType as ValueType, answer))
    throw new Error(`${name} answered ${String(answer)} (${typeof answer}), which is no ${result.sqlType}`);
  return answer as Raw;
}

function isRaw(sqlType: ValueType, answer: unknown): boolean {
  if (answer === null) return true;
  const element = elementTypeOf(sqlType);
  if (element !== null)
    return Array.isArray(answer) && answer.every((item) => item !== null && isRaw(element, item));
  if (sqlType === 'BYTES') return typeof answer === 'string' && BASE64.test(answer);
  return typeof answer === RAW_TYPE[sqlType as keyof typeof RAW_TYPE];
}

const TO_RAW: Record<ScalarType, (value: Value) => Raw> = {
  BOOL: (value) => value as boolean,
  INT64: String,
  FLOAT64: (value) => value as number,
  STRING: (value) => value as string,
  BYTES: (value) => Buffer.from(value as Uint8Array).toString('base64'),
  TIMESTAMP: String,
  DATE: (value) => value as number,
};

const FROM_RAW: Record<ScalarType, (raw: Raw) => Value> = {
  BOOL: (raw) => raw as boolean,
  INT64: (raw) => BigInt(raw as string),
  FLOAT64: (raw) => raw as number,
  STRING: (raw) => raw as string,
  BYTES: (raw) => new Uint8Array(Buffer.from(raw as string, 'base64')),
  TIMESTAMP: (raw) => BigInt(raw as string),
  DATE: (raw) => raw as number,
};

const RAW_TYPE = { BOOL: 'boolean', FLOAT64: 'number', STRING: 'string' } as const;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
/** What is no part of the language, or came into it after ECMAScript 2022. */
const REMOVE = `
for (const name of ['Intl', 'WebAssembly', 'console', 'Atomics', 'SharedArrayBuffer', 'Temporal', 'Iterator']) delete globalThis[name];
for (const name of ['isWellFormed', 'toWellFormed']) delete String.prototype[name];
for (const name of ['findLast', 'findLastIndex', 'toReversed', 'toSorted', 'toSpliced', 'with']) {
  delete Array.prototype[name];
  delete Object.getPrototypeOf(Uint8Array.prototype)[name];
}
for (const name of ['toHex', 'toBase64']) delete Uint8Array.prototype[name];
for (const name of ['fromHex', 'fromBase64']) delete Uint8Array[name];
for (const name of ['groupBy']) { delete Object[name]; delete Map[name]; }
`;
/** Compiled functions kept: more than one batch of cases has. */
const MAX_FUNCTIONS = 2000;
