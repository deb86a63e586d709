import fc from 'fast-check';
import type { Aggregate, AggregateRows } from '../../src/compile/aggregate/aggregate.js';

/** Numbers that decide the order of rows, their part and what is merged into what. */
export const chances = fc.array(fc.nat(), { minLength: 80, maxLength: 80 });

/** One state of all the rows, added in their order. */
export function addedInOrder(aggregate: Aggregate, rows: AggregateRows): unknown {
  const state = aggregate.create();
  for (let row = 0; row < rows.rowCount; row++) aggregate.add(state, rows, row);
  return state;
}

/**
 * One state of all the rows, in any order, one by one or together, in up to six parts, some of them written and read, merged in any order; raises where a
 * merge changes the state that is merged into another, or where one shares anything with it.
 */
export function mergedInAnyWay(
  aggregate: Aggregate,
  rows: AggregateRows,
  numbers: readonly number[],
): unknown {
  const states = partsOf(rows.rowCount, numbers).map((part, at) => {
    const state = aggregate.create();
    if (numbers[at + 40]! % 2 === 0) for (const row of part) aggregate.add(state, rows, row);
    else aggregate.addRows(state, rows, Int32Array.from([...part, ...part]), part.length);
    return numbers[at]! % 3 === 0 ? aggregate.decode(aggregate.encode(state)) : state;
  });
  const merged: { readonly state: unknown; readonly bytes: string }[] = [];
  for (let step = 0; states.length > 1; step++) {
    const [other] = states.splice(numbers[step]! % states.length, 1);
    const into = states[numbers[step + 1]! % states.length];
    merged.push({ state: other, bytes: hexOf(aggregate, other) });
    aggregate.merge(into, other);
  }
  for (const { state, bytes } of merged) {
    if (hexOf(aggregate, state) !== bytes) throw new Error('a merge changed the state that it read');
  }
  return states[0];
}

export function hexOf(aggregate: Aggregate, state: unknown): string {
  return Buffer.from(aggregate.encode(state)).toString('hex');
}

/** Row numbers in any order, dealt to one to six parts, some of them empty. */
function partsOf(rowCount: number, numbers: readonly number[]): readonly (readonly number[])[] {
  const count = 1 + (numbers[70]! % 6);
  const shuffled = Array.from({ length: rowCount }, (_, row) => row).sort(
    (a, b) => numbers[a]! - numbers[b]!,
  );
  return Array.from({ length: count }, (_, part) =>
    shuffled.filter((row) => Math.floor(numbers[row + 30]! / 7) % count === part),
  );
}
