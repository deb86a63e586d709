import type { ColumnState, FittedState, OneHotState } from '../fitted-transform.js';
import type { GraphScope } from './graph-expression.js';
import { otherCode } from './graph-vocabulary.js';

/** The value of a fitted function, of its argument's value. NULL where it would not be finite (S6). */
export function fittedValue(
  state: ColumnState,
  argument: string,
  { values, vocabulary }: GraphScope,
): string {
  const { builder } = values;
  switch (state.function) {
    case 'STANDARD_SCALER': {
      const { mean, standardDeviation } = state;
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
  }
}

/** [rows, slots]: 1 in the slot of the row's category; the first one is that of NULL and other categories. */
export function oneHotValue(
  state: OneHotState,
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
  }
}

function builder32(value: number, { builder }: GraphScope['values']): string {
  return builder.number(value);
}
