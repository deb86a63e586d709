import type { Aggregate } from './aggregate.js';
import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';

/** What follows from the rest of an algebra, and what is faster where it is said for itself. */
type Derived = 'encode' | 'decode' | 'addRows' | 'finishInto' | 'isOrdered';

export type Algebra<State> = Omit<Aggregate<State>, Derived> &
  Partial<Pick<Aggregate<State>, 'addRows' | 'finishInto' | 'isOrdered'>>;

/** An aggregate of its algebra; `encode` and `decode` are `write` and `read` of one state alone. */
export function aggregateOf<State>(algebra: Algebra<State>): Aggregate {
  const { add, finish, write, read } = algebra;
  const aggregate: Aggregate<State> = {
    isOrdered: false,
    addRows: (state, rows, places, count) => {
      for (let i = 0; i < count; i++) add(state, rows, places[i]!);
    },
    finishInto: (state, to, row) => to.set(row, finish(state)),
    ...algebra,
    encode: (state) => {
      const to = new ByteWriter();
      write(state, to);
      return to.finish();
    },
    decode: (bytes) => {
      const from = new ByteReader(bytes);
      const state = read(from);
      from.end();
      return state;
    },
  };
  // Whoever holds one sees states that it made itself, and never looks into them.
  return aggregate as Aggregate;
}
