import type { Value } from '../../src/definition/value.js';
import { AS_OF_US } from './columns.js';
import type { ParityEngine } from './engine.js';
import { expressionText } from './expression-text.js';
import { evaluate } from './oracle.js';
import { rowText, valueText } from './print.js';
import { throughDoor } from './rows.js';
import type { Failure } from './shrink.js';

/** Where a failure comes from. */
export type Origin = {
  readonly seed: number;
  readonly number: number;
  readonly operations: readonly string[] | undefined;
  readonly target: string | undefined;
  /** What the engine said of the whole expression, among others: it may say something else of it alone. */
  readonly said: string;
};

/** A failure for a person: the expression, the row, what each engine says and runs, and how to see it again. */
export async function differenceText(
  { expression, row, engine: differing }: Failure,
  engines: readonly ParityEngine[],
  { seed, number, operations, target, said }: Origin,
): Promise<string> {
  const lines = [expressionText(expression), `  row: ${rowText(expression, row)}`];
  lines.push(`  oracle: ${valueText(evaluate(expression, row, AS_OF_US))}`);
  for (const engine of engines) {
    const statement = engine.statementOf(expression);
    if (statement === null) continue;
    await engine.load(throughDoor([row]));
    const [answer] = await engine.values([expression]);
    lines.push(`  ${engine.name}: ${answer instanceof Error ? answer.message : valueText(onlyOf(answer))}`);
    lines.push(`    by: ${statement}`);
  }
  lines.push(`  ${differing.name} at first, of the whole: ${said}`);
  const only = operations === undefined ? '' : ` --operation ${operations.join(',')}`;
  const by = target === undefined ? '' : ` --target ${target}`;
  return [...lines, `  again: npm run parity -- --seed ${seed} --case ${number}${only}${by}`].join('\n');
}

function onlyOf(values: readonly Value[] | undefined): Value {
  return values?.[0] ?? null;
}
