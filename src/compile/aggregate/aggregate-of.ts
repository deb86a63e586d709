import type { Aggregate } from './aggregate.js';
import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';

/** An aggregate of its algebra; `encode` and `decode` are `write` and `read` of one state alone. */
export function aggregateOf<State>(algebra: Omit<Aggregate<State>, 'encode' | 'decode'>): Aggregate {
  const { write, read } = algebra;
  const aggregate: Aggregate<State> = {
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
