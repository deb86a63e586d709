import { checkExpression } from '../../src/compile/check.js';
import { compileRowKernel } from '../../src/compile/kernel.js';
import type { Expression } from '../../src/definition/expression.js';
import { EMULATOR_GAPS, gapIn } from './bqemulator-gaps.js';
import type { EngineAnswer, ParityEngine } from './engine.js';
import { sameBits } from './print.js';

/**
 * Shows every declared gap of the emulator again: of its example the reference evaluator gives the kernel's value and the
 * emulator does not. Answers what is not so, as text.
 */
export async function confirmGaps(
  evaluator: ParityEngine,
  emulator: ParityEngine,
): Promise<readonly string[]> {
  const problems: string[] = [];
  await evaluator.load([new Map()]);
  await emulator.load([new Map()]);
  for (const { name, example } of EMULATOR_GAPS) {
    const expression = typed(example);
    if (gapIn(expression)?.name !== name) problems.push(`${example} does not fall into the gap "${name}"`);
    const expected = compileRowKernel([{ name: 'out', expression }], [])([], null)[0]!;
    const [judged] = await evaluator.values([expression]);
    const [emulated] = await emulator.values([expression]);
    if (!gives(judged!, expected))
      problems.push(`${name}: the evaluator does not give the kernel's value of ${example}`);
    if (gives(emulated!, expected))
      problems.push(`${name}: the emulator has learnt ${example}; the gap is gone`);
  }
  return problems;
}

function gives(answer: EngineAnswer, expected: Parameters<typeof sameBits>[0]): boolean {
  return !(answer instanceof Error) && sameBits(answer[0]!, expected);
}

function typed(text: string): Expression {
  const checked = checkExpression(text, { scope: new Map(), allow: 'row' });
  if ('expression' in checked) return checked.expression;
  throw new Error(`${text}: ${checked.problems[0]?.message}`);
}
