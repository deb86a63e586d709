import type { CallExpression } from '../../definition/expression.js';

/** JavaScript for the zone of a node, whose name is the constant at a place; UTC needs no name, and no time zone database. */
export function zoneAt(place: number, node: CallExpression): string {
  return isUtc(node.parameters?.['zone']) ? 'rt.UTC' : `rt.zoneOf($${place})`;
}

/** The constant that {@link zoneAt} reads; none for UTC. */
export function zoneConstant(zone: string | undefined): readonly string[] {
  return isUtc(zone) ? [] : [zone!];
}

/** A zone that is not named is UTC. */
export function isUtc(zone: string | undefined): boolean {
  return zone === undefined || zone === 'UTC';
}
