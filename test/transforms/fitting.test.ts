import fc from 'fast-check';
import { expect, it } from 'vitest';
import { TransformFitting } from '../../src/compile/fit-transform.js';
import { PREPROCESSING } from '../../src/compile/fitted/table.js';
import { columnOf } from '../../src/definition/column-batch.js';
import { EXPRESSIONS } from './any-rows.js';
import { batchOf, fitted, outputsOf } from './fit-output.js';
import { aloneProperty, jsonProperty, orderProperty } from './fitting-properties.js';

it('S22 S24 gives the same state from any chunks in any order, merged or not', () => {
  fc.assert(orderProperty(), { numRuns: 60 });
});

it('survives JSON: the same hash and the same numbers', () => {
  fc.assert(jsonProperty(), { numRuns: 60 });
});

it('gives a row the same vector alone and among others, always finite', () => {
  fc.assert(aloneProperty(), { numRuns: 60 });
});

it('is tried on every preprocessing function', () => {
  const text = Object.values(EXPRESSIONS).join(' ');
  for (const name of Object.keys(PREPROCESSING)) expect(text).toContain(`${name}(`);
});

it('learns a function of an IMPUTER as from what that gives', () => {
  const values = [3, null, 5, 9, null, -4.25, 0.1];
  const median = (values.filter((value) => value !== null) as number[]).sort((a, b) => a - b)[2]!;
  const filled = columnOf(
    'FLOAT64',
    values.map((value) => value ?? median),
  );
  const scaler = (argument: string) => `STANDARD_SCALER(${argument}) OVER ()`;
  const nested = fitted({ o: scaler("IMPUTER(x, 'median') OVER ()") }, [
    batchOf({ x: columnOf('FLOAT64', values) }),
  ]);
  const direct = fitted({ o: scaler('x') }, [batchOf({ x: filled })]);
  expect(nested.nodes[1]!.state).toEqual(direct.nodes[0]!.state);
  expect(nested.outputs[0]).toMatchObject({ nullAs: (direct.outputs[0] as { nullAs: number }).nullAs });
});

it('takes a part in its own pass, once', () => {
  const scope = new Map([['x', 'FLOAT64' as const]]);
  const outputs = outputsOf({ o: 'STANDARD_SCALER(STANDARD_SCALER(x) OVER ()) OVER ()' }, scope);
  const [fitting, another] = [new TransformFitting(outputs, []), new TransformFitting(outputs, [])];
  const [part, late] = [fitting.part(), fitting.part()];
  fitting.merge(part);
  expect(() => fitting.merge(part)).toThrow(TypeError);
  expect(() => part.add(batchOf({ x: columnOf('FLOAT64', [1]) }), new BigInt64Array(1))).toThrow(TypeError);
  expect(() => late.merge(late)).toThrow(TypeError);
  fitting.finishPass();
  expect(() => fitting.merge(late)).toThrow(TypeError);
  expect(() => fitting.merge(another.part())).toThrow(TypeError);
});

it('needs one pass unless functions that learn are nested', () => {
  const passesOf = (expression: string): number => {
    const scope = new Map([['x', 'FLOAT64' as const]]);
    const fitting = new TransformFitting(outputsOf({ o: expression }, scope), []);
    let passes = 0;
    for (; !fitting.done; passes++) fitting.finishPass();
    return passes;
  };
  expect(passesOf('STANDARD_SCALER(x) OVER ()')).toBe(1);
  expect(passesOf("ROBUST_SCALER(IMPUTER(x, 'mean') OVER ()) OVER ()")).toBe(1);
  expect(passesOf('STANDARD_SCALER(x) OVER () * 2')).toBe(2);
});
