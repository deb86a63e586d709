import { describe, expect, it } from 'vitest';
import { flightPlan } from '../../test/support/flight-rows.js';
import type { ModelDocument } from '../definition/document.js';
import { SplitRows } from './split-rows.js';
import { fitTargets, type Targets } from './targets.js';

type Case = {
  readonly label: string;
  readonly seen: readonly string[];
  readonly classes?: readonly string[];
};

/** Targets of a split that has each of the labels once, in the order in which they were seen. */
function targetsOf({ label, seen, classes }: Case): Targets {
  const trainer = { kind: 'onnx', file: 'a'.repeat(64), task: 'multiClass', ...(classes && { classes }) };
  const plan = flightPlan({
    label: { expression: label, columns: [{ name: 'late_minutes', type: 'INT64' }] },
    trainer: trainer as ModelDocument['trainer'],
  });
  const split = new SplitRows('training');
  const rows = [...seen.keys()];
  const labels = Float64Array.from(rows);
  const batch = { rowCount: rows.length, columns: new Map() };
  split.add({ batch, asOf: new BigInt64Array(rows.length), labels }, rows);
  return fitTargets(plan, seen, [split]);
}

const NUMBERS = ['10', '2', '-3', '-20', '9223372036854775807', '9223372036854775806'];
const NUMBER = 'late_minutes';
const TEXT = 'CAST(late_minutes AS STRING)';

describe('the classes of a label', () => {
  it.each([
    [
      'of numbers by number',
      { label: NUMBER, seen: NUMBERS },
      ['-20', '-3', '2', '10', '9223372036854775806', '9223372036854775807'],
    ],
    [
      'of texts by code points',
      { label: TEXT, seen: ['10', '2', '\u{1F600}', '\uFF5E'] },
      ['10', '2', '\uFF5E', '\u{1F600}'],
    ],
    [
      'as the trainer names them',
      { label: NUMBER, seen: ['10', '2'], classes: ['7', '10', '2'] },
      ['7', '10', '2'],
    ],
  ] as const)('are in the order %s', (_, of, expected) => {
    const targets = targetsOf(of);
    expect(targets.classes).toEqual(expected);
    const places = of.seen.map((each) => targets.classes.indexOf(each));
    expect([...targets.of(Float64Array.from(of.seen.keys()))]).toEqual(places);
    expect(targets.outputs).toBe(expected.length);
  });

  it('are all named where the trainer names any', () => {
    expect(() => targetsOf({ label: NUMBER, seen: ['10', '2'], classes: ['2', '3'] })).toThrow(
      expect.objectContaining({
        code: 'TRAINING_FAILED',
        message: expect.stringContaining('the label "10", which is none of "trainer.classes"'),
      }),
    );
  });
});
