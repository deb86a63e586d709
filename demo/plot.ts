import { parse, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import type { CalibrationBin, Point } from './score.js';

/** One model, under one way of asking it. */
export type Curve = {
  readonly name: string;
  readonly color: string;
  readonly roc: readonly Point[];
  readonly calibration: readonly CalibrationBin[];
};

const AXIS = { grid: true, gridColor: '#e6e9ef', domainColor: '#c3c9d4', tickColor: '#c3c9d4', tickCount: 5 };
const CONFIG = {
  font: 'system-ui, sans-serif',
  view: { stroke: null },
  axis: { labelColor: '#5a6475', titleColor: '#2b3240', titleFontWeight: 500, labelFontSize: 11 },
  legend: {
    labelColor: '#2b3240',
    labelFontSize: 12,
    labelLimit: 360,
    symbolStrokeWidth: 3,
    title: null,
    orient: 'bottom',
  },
} as const;

/** ROC curves as SVG: how many late flights are caught at the price of how many false alarms. */
export function rocPlot(curves: readonly Curve[]): Promise<string> {
  const points = curves.flatMap((curve) => curve.roc.map(({ x, y }) => ({ x, y, name: curve.name })));
  return plot(curves, {
    points,
    x: { title: 'punctual flights flagged by mistake', domain: [0, 1] },
    y: { title: 'late flights caught', domain: [0, 1] },
    withPoints: false,
  });
}

/** Calibration as SVG: of the flights given a chance of x, the share y was late. */
export function calibrationPlot(curves: readonly Curve[]): Promise<string> {
  const points = curves.flatMap((curve) =>
    curve.calibration.map((bin) => ({ x: bin.predicted, y: bin.observed, name: curve.name })),
  );
  const top = Math.ceil(Math.max(...points.flatMap(({ x, y }) => [x, y])) * 10) / 10;
  return plot(curves, {
    points,
    x: { title: 'predicted chance of a late arrival', domain: [0, top] },
    y: { title: 'share that arrived late', domain: [0, top] },
    withPoints: true,
  });
}

type PlotParts = {
  readonly points: readonly (Point & { readonly name: string })[];
  readonly x: { readonly title: string; readonly domain: [number, number] };
  readonly y: { readonly title: string; readonly domain: [number, number] };
  readonly withPoints: boolean;
};

function plot(curves: readonly Curve[], parts: PlotParts): Promise<string> {
  const format = { axis: { ...AXIS, format: '%' } };
  const channel = ({ title, domain }: PlotParts['x']) =>
    ({ type: 'quantitative', scale: { domain }, axis: { ...format.axis, title } }) as const;
  const spec: TopLevelSpec = {
    width: 380,
    height: 320,
    background: 'transparent',
    config: CONFIG,
    layer: [
      {
        data: { values: [parts.x.domain[0], parts.x.domain[1]].map((at) => ({ x: at, y: at })) },
        mark: { type: 'line', color: '#aab2c0', strokeDash: [4, 4], strokeWidth: 1 },
        encoding: {
          x: { field: 'x', ...channel(parts.x) },
          y: { field: 'y', ...channel(parts.y) },
        },
      },
      {
        data: { values: [...parts.points] },
        mark: { type: 'line', strokeWidth: 2.5, point: parts.withPoints ? { size: 30 } : false },
        encoding: {
          x: { field: 'x', ...channel(parts.x) },
          y: { field: 'y', ...channel(parts.y) },
          color: {
            field: 'name',
            type: 'nominal',
            scale: { domain: curves.map(({ name }) => name), range: curves.map(({ color }) => color) },
            legend: { columns: 1 },
          },
        },
      },
    ],
  };
  return new View(parse(compile(spec).spec), { renderer: 'none' }).toSVG();
}
