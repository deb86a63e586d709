import { fieldCount } from './check-expansion.js';
import { parse } from './parser.js';

/**
 * Of each output of a transform, the place of the output in the model's definition that stands for it: FEATURE_CROSS and
 * POLYNOMIAL_EXPAND of several fields make an output of each, all with the text that was written.
 */
export function documentPlaces(outputs: readonly { readonly text: string }[]): readonly number[] {
  const places: number[] = [];
  for (let place = 0; places.length < outputs.length; place++) {
    const count = fieldCount(parse(outputs[places.length]!.text).node);
    places.push(...Array.from({ length: count }, () => place));
  }
  return places.slice(0, outputs.length);
}
