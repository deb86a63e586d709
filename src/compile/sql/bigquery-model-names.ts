import type { Problem } from '../../definition/error.js';
import { namesIn } from '../../definition/expression.js';
import type { CompiledModel } from '../model.js';
import { documentPlaces } from '../transform-place.js';

/**
 * Names of outputs, and of the columns that a model reads beside `time`, which cannot be columns of one table of BigQuery: those
 * are the same in any case. Problems at their paths of the model's definition.
 */
export function nameProblems(
  { transform, label }: Pick<CompiledModel, 'transform' | 'label'>,
  time: string,
): readonly Problem[] {
  const places = documentPlaces(transform);
  const outputs = transform.map(({ name }, index) => ({ path: `/transform/${places[index]}/name`, name }));
  const readers = [
    ...transform.map(({ expression }, index) => ({
      path: `/transform/${places[index]}/expression`,
      expression,
    })),
    { path: '/label/expression', expression: label.expression },
  ];
  const read = readers.flatMap(({ path, expression }) => namesIn(expression).map((name) => ({ path, name })));
  return [
    ...outputs.filter(({ name }) => name.length > MAX_LENGTH).map(tooLong),
    ...differingInCase(outputs, 'rename one of the outputs'),
    ...differingInCase([{ path: '', name: time }, ...read], 'rename one of them where it comes from'),
  ];
}

type Named = { readonly path: string; readonly name: string };

function differingInCase(names: readonly Named[], remedy: string): readonly Problem[] {
  const known = new Map<string, string>();
  return names.flatMap(({ path, name }) => {
    const other = known.get(name.toLowerCase()) ?? name;
    known.set(name.toLowerCase(), other);
    if (other === name) return [];
    const message = `"${other}" and "${name}" differ in case only, which columns of BigQuery do not; ${remedy}`;
    return [{ path, message }];
  });
}

function tooLong({ path, name }: Named): Problem {
  const message = `"${name}" is ${name.length} characters; a column of BigQuery has ${MAX_LENGTH} at most: shorten the names of its features`;
  return { path, message };
}

/** Source: BigQuery, "Column names". */
const MAX_LENGTH = 300;
