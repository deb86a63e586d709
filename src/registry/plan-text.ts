import type { Document } from '../definition/document.js';
import { isJsonObject } from '../definition/json-columns.js';
import type { ValueType } from '../definition/value-type.js';
import { pointerToken } from '../platform/json-pointer.js';
import type { Change, ChangedDependant } from './change.js';
import { versionWords } from './dependants.js';
import type { ChangeAction } from './plan.js';
import { itemText, valueText } from './plan-value.js';
import type { TypedDifference } from './typed-difference.js';

/** A change, the document as it was sent, and the types of what it computes, by name. */
export type ShownChange = {
  readonly change: Change;
  readonly document: Document;
  readonly types: ReadonlyMap<string, ValueType>;
};

/** A plan for a person at a terminal: plain lines, the same for the same plan. */
export function planText(project: string, shown: readonly ShownChange[]): string {
  const blocks = shown.map((each) => blockOf(each).join('\n'));
  return `${[`plan of project "${project}": ${summaryOf(shown)}`, ...blocks].join('\n\n')}\n`;
}

const ACTION_WORDS: Readonly<Record<ChangeAction, string>> = {
  created: 'created',
  newVersion: 'new version',
  updated: 'updated',
  unchanged: 'unchanged',
};

function summaryOf(shown: readonly ShownChange[]): string {
  const counts = Object.entries(ACTION_WORDS).flatMap(([action, words]) => {
    const count = shown.filter(({ change }) => change.action === action).length;
    const plural = action === 'newVersion' && count > 1 ? 's' : '';
    return count === 0 ? [] : [`${count} ${words}${plural}`];
  });
  return counts.join(', ');
}

function blockOf(shown: ShownChange): readonly string[] {
  const { change } = shown;
  const { action, differences, warnings } = change;
  const told = action === 'created' ? membersOf(shown) : differences.map(differenceLine);
  const details = [
    ...told,
    ...costOf(change),
    ...usersOf(change),
    ...warnings.map((text) => `warning: ${text}`),
  ];
  return [`${ACTION_WORDS[action]}: ${versionWords(change)}`, ...details.map((line) => `  ${line}`)];
}

/** What a new document says, a line an item of its lists of named things. */
function membersOf({ document, types }: ShownChange): readonly string[] {
  return Object.entries(document).flatMap(([member, value]): readonly string[] => {
    if (member === 'kind' || member === 'name' || value === undefined) return [];
    const path = pointerToken(member);
    const named = Array.isArray(value) && value.every((item) => isJsonObject(item) && 'name' in item);
    if (!named) return [`${path}: ${valueText(value)}`];
    return value.map(
      (item, index) =>
        `${path}/${index} "${item.name}": ${sideText(item, computedType(member, item.name, types))}`,
    );
  });
}

/** Lists whose items do not say their types themselves. */
const COMPUTED_MEMBERS: ReadonlySet<string> = new Set(['features', 'transform', 'expressions']);

function computedType(
  member: string,
  name: string,
  types: ReadonlyMap<string, ValueType>,
): ValueType | undefined {
  return COMPUTED_MEMBERS.has(member) ? types.get(name) : undefined;
}

function differenceLine({ path, from, to, of, fromType, toType }: TypedDifference): string {
  const about = of === undefined ? '' : ` "${of}"`;
  return `${path}${about}: ${sideText(from, fromType)} → ${sideText(to, toType)}`;
}

function sideText(value: unknown, type: string | undefined): string {
  if (value === null) return 'absent';
  const text = isJsonObject(value) ? itemText(value) : valueText(value);
  return type === undefined ? text : `${text} (${type})`;
}

function costOf({ primedFrom }: Change): readonly string[] {
  if (primedFrom === undefined) return [];
  const { source, rows } = primedFrom;
  if (rows === 0n) return [];
  const count = rows === null ? 'every row' : `${rows} ${rows === 1n ? 'row' : 'rows'}`;
  return [`primed from ${count} of source "${source}" before lookups see it`];
}

/** Who uses the version before; nothing changes for them unless there is a new one. */
function usersOf(change: Change): readonly string[] {
  if (change.action !== 'newVersion' || change.dependants.length === 0) return [];
  return ['used by:', ...change.dependants.map((each) => `  ${userLine(each, change)}`)];
}

function userLine(dependant: ChangedDependant, { kind, name, version }: Change): string {
  const words = versionWords(dependant);
  if (!dependant.pinned) return `${words} follows`;
  const moved =
    dependant.next === undefined
      ? ''
      : `; version ${dependant.next} of this plan uses ${versionWords({ kind, name, version })}`;
  return `${words} stays on the version before${moved}`;
}
