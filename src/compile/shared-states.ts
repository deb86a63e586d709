import { canonicalJson } from '../definition/canonical.js';
import type { Expression } from '../definition/expression.js';
import type { WindowInput, WindowState } from './windowed-feature-set.js';
import type { WindowedSpec } from './windowed-spec.js';

/** What features of a set have in common: inputs and states, each different one once, in the order in which they are wanted. */
export class SharedStates {
  private readonly inputPlaces = new Map<string, number>();
  private readonly statePlaces = new Map<string, number>();
  readonly inputs: WindowInput[] = [];
  readonly states: WindowState[] = [];

  /** The place of the state of a spec: of aggregates of one family over the same argument, filter and categories it is one. */
  placeOf({ argument, filter, categories, ...spec }: WindowedSpec): number {
    const aggregate = categories?.aggregate ?? spec.aggregate;
    const state: WindowState = {
      aggregate,
      argument: this.inputOf(argument),
      filter: this.inputOf(filter),
      category: this.inputOf(categories?.by ?? null),
      maxCategories: categories?.max ?? null,
    };
    const { aggregate: _, ...over } = state;
    const key = canonicalJson({ family: aggregate.family, ...over });
    const known = this.statePlaces.get(key);
    if (known !== undefined) return known;
    const place = this.states.push(state) - 1;
    this.statePlaces.set(key, place);
    return place;
  }

  private inputOf(expression: Expression | null): string | null {
    if (expression === null) return null;
    const key = canonicalJson(expression);
    const known = this.inputPlaces.get(key);
    if (known !== undefined) return this.inputs[known]!.name;
    const name = `input${this.inputs.length}`;
    this.inputPlaces.set(key, this.inputs.push({ name, expression }) - 1);
    return name;
  }
}
