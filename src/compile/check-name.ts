import { closestName } from '../definition/closest-name.js';
import { FUNCTION_NAMES } from './check-call.js';
import { type CheckContext, type Checked, checkedOf, type Scope } from './checked.js';
import { refusalOf } from './foreign-function.js';
import { isPartName } from './part-name.js';
import type { Mistake } from './problem.js';
import { writtenName } from './suggested-cast.js';
import type { NameNode } from './syntax.js';

/** A name of the scope; GoogleSQL does not care about the case of names, so a single other spelling is meant too. */
export function checkName({ scope, report }: CheckContext, { name, position }: NameNode): Checked | null {
  const own = scope.get(name);
  if (own !== undefined) return checkedOf({ kind: 'column', name, type: own }, position);
  const candidates = [...scope].filter(([known]) => known.toLowerCase() === name.toLowerCase());
  const [only, second] = candidates;
  if (only === undefined) return report(unknown(scope, name, position));
  if (second === undefined) return checkedOf({ kind: 'column', name: only[0], type: only[1] }, position);
  const names = candidates.map(([known]) => known).join(' or ');
  return report({ position, message: `"${name}" could be ${names}; write one of them exactly`, found: name });
}

function unknown(scope: Scope, name: string, position: number): Mistake {
  const refusal = refusalOf(name.toUpperCase());
  if (refusal !== null) return { position, message: `${name} ${refusal}`, found: name };
  if (FUNCTION_NAMES.includes(name.toUpperCase())) {
    return { position, message: `${name} is a function; write ${name}(…)`, found: name };
  }
  if (isPartName(name)) {
    const message = `${name} is a part of a time and no value; it stands as in DATE_DIFF(end, start, ${name})`;
    return { position, message, found: name };
  }
  const suggestion = closestName(name, scope.keys());
  const message = `there is no column "${name.slice(0, 128)}"`;
  if (suggestion !== null) return { position, message, found: name, suggestion: `"${suggestion}"` };
  const listed = [...scope.keys()].slice(0, MAX_LISTED).map(writtenName).join(', ');
  const columns = listed === '' ? 'there are no columns' : `columns are ${listed}`;
  return { position, message: `${message}; ${columns}${scope.size > MAX_LISTED ? ', …' : ''}`, found: name };
}

/** Columns told to somebody who named one that is not there. */
const MAX_LISTED = 12;
