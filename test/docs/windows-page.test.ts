import { describe, expect, it } from 'vitest';
import { compileWindowedFeatureSet } from '../../src/compile/compile-windowed-set.js';
import { isWindowed, type SourceDocument } from '../../src/definition/document.js';
import { defaultHopUs, spanOf } from '../../src/definition/window.js';
import { checkDocument } from '../../src/registry/check-document.js';
import { validateDocument } from '../../src/registry/validate-document.js';
import { parseYamlDocuments } from '../../src/registry/yaml-documents.js';
import { WINDOWS_INTRODUCTION } from './windows-introduction.js';
import { EXAMPLES, windowsPage } from './windows-page.js';

const DEPARTURES: SourceDocument = {
  kind: 'Source',
  name: 'departures',
  eventTime: 'at',
  columns: [
    { name: 'origin', type: 'STRING' },
    { name: 'at', type: 'TIMESTAMP' },
    { name: 'dep_delay', type: 'INT64' },
    { name: 'carrier', type: 'STRING' },
  ],
};

/** `npx vitest run test/docs --update` writes the page anew. */
describe('docs/windows.md', () => {
  it('is what the table of aggregates says', async () => {
    await expect(windowsPage()).toMatchFileSnapshot('../../docs/windows.md');
  });

  it('has an example of every aggregate', () => {
    for (const [name, call] of Object.entries(EXAMPLES)) expect(call).toContain(`${name}(delay`);
  });

  it.each([
    ['features', 0, 'delay_1h delay_1d delay_7d late last_day flights carriers of_keys of_values recent'],
    ['labels', 1, 'next_day'],
  ])('shows a document of %s that compiles to those it names', (_, place, names) => {
    const yaml = [...WINDOWS_INTRODUCTION.matchAll(/```yaml\n([\s\S]*?)```/g)][place]![1]!;
    const checked = validateDocument(parseYamlDocuments(yaml)[0]!.data);
    if ('problems' in checked) throw new Error(JSON.stringify(checked.problems));
    const { document } = checked;
    expect(checkDocument(document)).toEqual([]);
    if (document.kind !== 'FeatureSet' || !isWindowed(document)) throw new Error('it has no windows');
    const set = compileWindowedFeatureSet({
      document: { ...document, keys: { airport: 'origin' } },
      source: DEPARTURES,
      entity: { kind: 'Entity', name: 'airport', keys: [{ name: 'airport', type: 'STRING' }] },
      version: 1,
      id: 1,
    });
    expect(set.features.map(({ name }) => name).join(' ')).toBe(names);
  });

  it('says the default hops and the length of windows as they are', () => {
    const [second, minute, hour, day] = [1_000_000n, 60_000_000n, 3_600_000_000n, 86_400_000_000n];
    const steps = [
      [second - 1n, null],
      [second, second],
      [10n * minute, second],
      [10n * minute + 1n, minute],
      [hour, minute],
      [hour + 1n, 5n * minute],
      [12n * hour, 5n * minute],
      [12n * hour + 1n, hour],
      [12n * day, hour],
      [12n * day + 1n, day],
    ] as const;
    for (const [sizeUs, hopUs] of steps) expect(defaultHopUs(sizeUs)).toBe(hopUs);
    const window = { sizeUs: 10n, hopUs: 4n, offsetUs: 0n };
    const lengths = [-9n, -8n, -1n, 0n, 1n, 2n, 3n].map((t) => t - spanOf(window, t).afterUs!);
    expect(lengths).toEqual([11n, 12n, 11n, 12n, 13n, 10n, 11n]);
  });
});
