import type { Task } from '../definition/document.js';
import type { ValueType } from '../definition/value-type.js';

type Output = { readonly name: string; readonly type: ValueType };

/** The columns of a prediction, in order; `named`: whether the classes have names of their own. */
export function predictionColumns(task: Task, named: boolean): readonly Output[] {
  switch (task) {
    case 'binary':
      return [
        { name: 'probability', type: 'FLOAT64' },
        { name: 'label', type: named ? 'STRING' : 'BOOL' },
      ];
    case 'multiClass':
      return [
        { name: 'probabilities', type: 'ARRAY<FLOAT64>' },
        { name: 'label', type: 'STRING' },
      ];
    case 'regression':
      return [{ name: 'prediction', type: 'FLOAT64' }];
  }
}
