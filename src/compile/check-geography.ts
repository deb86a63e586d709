import { resolveOverload } from './check-overload.js';
import { type CheckContext, type Checked, checkAll } from './checked.js';
import type { CallNode, SyntaxNode } from './syntax.js';

/** Calls of GEOGRAPHY, which is no type of ours: only the distance of two points is known, as one operation of four numbers. */
export const GEOGRAPHY_CALLS: Readonly<
  Record<string, (context: CheckContext, node: CallNode) => Checked | null>
> = {
  ST_DISTANCE: checkDistance,
  ST_GEOGPOINT: (context, { position }) => {
    const message = `ST_GEOGPOINT stands only in ${FORM}; keep longitude and latitude as FLOAT64`;
    return context.report({ position, message, found: 'ST_GEOGPOINT' });
  },
};

/** ST_DISTANCE(ST_GEOGPOINT(longitude, latitude), ST_GEOGPOINT(longitude, latitude)). */
function checkDistance(
  context: CheckContext,
  { name, position, arguments: points }: CallNode,
): Checked | null {
  if (points.length !== 2) {
    const found = String(points.length);
    const message = `ST_DISTANCE takes 2 points, not ${found}; write ${FORM}`;
    return context.report({ position, message, found, expected: '2' });
  }
  const numbers = points.map((point) => coordinatesOf(context, point));
  const [first, second] = numbers;
  if (!first || !second) return null;
  const ids = ['great_circle_distance'] as const;
  return resolveOverload(context, ids, { name, position, operands: [...first, ...second] });
}

function coordinatesOf(context: CheckContext, point: SyntaxNode): readonly Checked[] | null {
  if (point.kind === 'error') {
    context.check(point);
    return null;
  }
  if (point.kind !== 'call' || point.name !== 'ST_GEOGPOINT' || point.arguments.length !== 2) {
    const message = `ST_DISTANCE takes points only; write ${FORM}`;
    return context.report({
      position: point.position,
      message,
      expected: 'ST_GEOGPOINT(longitude, latitude)',
    });
  }
  return checkAll(context, point.arguments);
}

const FORM = 'ST_DISTANCE(ST_GEOGPOINT(longitude, latitude), ST_GEOGPOINT(longitude, latitude))';
