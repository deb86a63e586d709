import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PlumblineError } from '../../src/definition/error.js';
import { parseJsonLossless } from '../../src/definition/json-value.js';
import { isLookupBody } from '../../src/online/lookup-body.js';
import { LookupBody } from '../../src/online/online.body.js';
import { validateBody } from '../../src/platform/validation.js';

/** JSON texts of members, some as they should be. */
const text = fc.constantFrom('"a"', '""', '"a\\u0000"', '"statuses"', '"eventTimes"', '"sequences"');
const scalar = fc.oneof(
  text,
  fc.constantFrom('null', 'true', '0', '-0', '1', '1.5', '2147483647', '2147483648', '1e0', '-1'),
  fc.constantFrom('9007199254740993', '1.00000000000000001', '1e400', '9223372036854775807'),
);
const list = fc.array(fc.oneof({ weight: 4, arbitrary: text }, scalar), { maxLength: 3 });
const listText = list.map((items) => `[${items.join()}]`);
const objectText = fc
  .array(fc.tuple(fc.constantFrom('a', 'weather', '__proto__', 'constructor'), scalar), { maxLength: 2 })
  .map((members) => `{${members.map(([name, value]) => `"${name}":${value}`).join()}}`);
const anything = fc.oneof(scalar, listText, objectText);

/** What each member may usually be; anything else comes too. */
const USUAL = {
  featureService: text,
  version: fc.constantFrom('1', '2', 'null'),
  features: listText,
  entities: fc.oneof(listText, fc.constant('[{"k":1}]')),
  include: fc.constantFrom('["statuses"]', '[]', '["eventTimes","sequences"]'),
  minSequence: objectText,
};
const names = Object.keys(USUAL) as (keyof typeof USUAL)[];
const member = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom(...names).chain((name) => fc.tuple(fc.constant<string>(name), USUAL[name])),
  },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom<string>(...names), anything) },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constantFrom('entity', '__proto__', 'constructor', 'toString', ''), anything),
  },
);
const anyBody = fc.oneof(
  {
    weight: 9,
    arbitrary: fc
      .tuple(fc.array(member, { maxLength: 4 }), fc.constantFrom('"entities":[{"k":1}]', '"version":1'))
      .map(([members, last]) => `{${[...members.map(([name, json]) => `"${name}":${json}`), last].join()}}`),
  },
  { weight: 1, arbitrary: anything },
);

describe('the body of a lookup', () => {
  it('is taken without the validator where that would take it, and nowhere else', async () => {
    const seen = { taken: 0, refused: 0 };
    await fc.assert(
      fc.asyncProperty(anyBody, async (json) => {
        const body = parseJsonLossless(json);
        const refusal = await validateBody(LookupBody, body).then(
          () => null,
          (error: unknown) => error,
        );
        seen[refusal === null ? 'taken' : 'refused']++;
        expect(isLookupBody(body), json).toBe(refusal === null);
        if (refusal === null) return;
        expect(refusal).toBeInstanceOf(PlumblineError);
        expect(refusal).toMatchObject({ code: 'INVALID_REQUEST' });
      }),
      { numRuns: 2_000 },
    );
    expect(Math.min(seen.taken, seen.refused)).toBeGreaterThan(200);
  });
});
