import type { FittedState, StateOf } from '../fitted/state.js';
import { GraphRefusal, type GraphScope } from './graph-expression.js';
import { otherCode } from './graph-vocabulary.js';

/** The value of a fitted function, of its argument's value. NULL where it would not be finite (S6). */
export function fittedValue(
  state: FittedState,
  argument: string,
  { values, vocabulary }: GraphScope,
): string {
  const { builder } = values;
  switch (state.function) {
    case 'STANDARD_SCALER': {
      const { mean, standardDeviation, constant } = state;
      if (constant !== undefined)
        throw new GraphRefusal("STANDARD_SCALER with constant => 'difference' is not carried by the graph");
      if (mean === null || standardDeviation === null || standardDeviation === 0)
        return values.unlessMissing(values.zero, [argument]);
      const centred = values.float('Sub', argument, builder.number(mean));
      return values.finite(values.float('RealDiv', centred, builder.number(standardDeviation)));
    }
    case 'IMPUTER': {
      const { value } = state;
      if (value === null) return argument;
      const replacement = typeof value === 'string' ? vocabulary.codeOf(value) : value;
      return values.choose(values.isMissing(argument), builder.number(replacement), argument);
    }
    default:
      throw new GraphRefusal(`${state.function} is not carried by the graph`);
  }
}

/** [rows, slots] of a function that is a whole output. */
export function encodedValue(state: FittedState, argument: string, scope: GraphScope): string {
  if (state.function !== 'ONE_HOT_ENCODER')
    throw new GraphRefusal(`${state.function} is not carried by the graph`);
  return oneHotValue(state, argument, scope);
}

/** [rows, slots]: 1 in the slot of the row's category; the first one is that of NULL and other categories. */
function oneHotValue(
  state: StateOf<'ONE_HOT_ENCODER'>,
  argument: string,
  { values, vocabulary }: GraphScope,
): string {
  const slotOf = new Map(state.vocabulary.map((category, index) => [category, index + 1]));
  if (state.dropped !== null) slotOf.set(state.dropped, -1);
  // Codes of the vocabulary, then that of other strings and that of NULL.
  const slots = [...vocabulary.strings.map((text) => slotOf.get(text) ?? 0), 0, 0];
  const missing = builder32(otherCode(vocabulary) + 1, values);
  const code = values.choose(values.isMissing(argument), missing, argument);
  const places = Array.from({ length: state.vocabulary.length + 1 }, (_, place) => place);
  return values.indicators('Equal', values.lookUp(slots, code), places);
}

/** The strings that a fitted function tells apart or gives. */
export function stringsOfState(state: FittedState): readonly string[] {
  switch (state.function) {
    case 'STANDARD_SCALER':
      return [];
    case 'IMPUTER':
      return typeof state.value === 'string' ? [state.value] : [];
    case 'ONE_HOT_ENCODER':
      return state.vocabulary;
    default:
      return [];
  }
}

function builder32(value: number, { builder }: GraphScope['values']): string {
  return builder.number(value);
}
