import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OUT } from './paths.js';
import { type Curve, calibrationPlot, rocPlot } from './plot.js';
import type { PredictedFlight } from './prediction.js';
import { counted } from './progress.js';
import { type Findings, figuresOf } from './report.js';

/** Flights listed on the page: the surest and the least sure are told apart at a glance. */
const LISTED_FLIGHTS = 12;

/** Writes `demo/out/report.html`: one page without outside parts, so it can be sent as it is. */
export async function writePage(findings: Findings, curves: readonly Curve[]): Promise<string> {
  const path = join(OUT, 'report.html');
  const plots = { roc: await rocPlot(curves), calibration: await calibrationPlot(curves) };
  await writeFile(path, page(findings, plots));
  return path;
}

type Plots = { readonly roc: string; readonly calibration: string };

function page(findings: Findings, plots: Plots): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Plumbline: the flights demo</title>
<style>${STYLE}</style>
</head>
<body>
<main>
${opening(findings)}
${cards(findings)}
<section>
<h2>What a leak costs</h2>
${leakText(findings)}
<div class="plots"><figure>${plots.roc}<figcaption>Ranking: which flights are late?</figcaption></figure>
<figure>${plots.calibration}<figcaption>Calibration: does 30 % mean 30 %?</figcaption></figure></div>
</section>
<section>
<h2>A week, live</h2>
${weekText(findings)}
</section>
<section>
<h2>Monday evening, predicted before it happened</h2>
${flightText(findings)}
${flightTable(findings.online.flights)}
</section>
<section>
<h2>What was measured</h2>
${figureRows(findings)}
${weatherText(findings)}
</section>
</main>
</body>
</html>
`;
}

function opening({ trainedFlights }: Findings): string {
  return `<header>
<p class="mark">Plumbline</p>
<h1>Will this flight be late?</h1>
<p class="lead">${counted(trainedFlights)} departures from New York in 2013 with the timetable, the aircraft and the
weather as they were known one hour before each departure, and with the delays of others that were reported by then.
One definition of every feature; training and serving are shown to use the same bits.</p>
</header>`;
}

function cards({ metrics, leak, online }: Findings): string {
  const card = (value: string, label: string, tone: string): string =>
    `<div class="card ${tone}"><b>${value}</b><span>${label}</span></div>`;
  return `<div class="cards">
${card(metrics.auc.toFixed(3), 'AUC on October to December', 'good')}
${card(leak.claimedAuc.toFixed(3), 'claimed by a join that leaks', 'bad')}
${card(leak.servedAuc.toFixed(3), 'what that model is worth when served', 'bad')}
${card(String(metrics.auditDifferences), `of ${counted(metrics.auditCompared)} values served live that differ from history`, 'good')}
${card(String(metrics.weatherDifferences), 'weather answers that differ', 'good')}
${card(`${metrics.vectorDifferences} / ${online.flights.length}`, 'model inputs that differ online and in history', 'good')}
</div>`;
}

function leakText({ evaluatedFlights, leak, metrics }: Findings): string {
  return `<p>A second model got the flight’s own departure delay in place of the delays of others, joined as of the moment it
became known: after the departure, when nobody needs a prediction any more. On ${counted(evaluatedFlights)} flights it claims an AUC of
${leak.claimedAuc.toFixed(3)}. Asked an hour before departure, when that delay does not exist, it reaches
${leak.servedAuc.toFixed(3)}; the honest model reaches ${metrics.auc.toFixed(3)}. A point-in-time join makes the
mistake visible before it is deployed.</p>`;
}

function weekText({ week, audit }: Findings): string {
  return `<p>The last week before that evening was lived through: the service clock moved on, ${counted(week.rows)} rows of
timetable, weather, departures and arrivals pushed when they became known, and ${counted(week.flights)} flights asked for an
hour before they were to leave. Those predictions have an AUC of ${week.auc.toFixed(3)}. Then the log of what was served
was audited: ${counted(audit.compared)} values of ${counted(audit.answers)} answers retrieved once more from history, with
what was known at each instant; ${counted(audit.differences)} of them differ.</p>`;
}

function flightText({ online }: Findings): string {
  return `<p>Asked over HTTP by entity keys alone at ${online.asOf}: ${online.flights.length} flights about to leave,
${online.vectorLength} numbers in each model input. The same inputs were then made from history for the same instant;
${online.vectorDifferences} of them differ in any bit. What happened came to light later.</p>`;
}

function flightTable(flights: readonly PredictedFlight[]): string {
  const rows = [...flights]
    .sort((a, b) => b.probability - a.probability)
    .slice(0, LISTED_FLIGHTS)
    .map(({ flight, probability }) => {
      const percent = `${(probability * 100).toFixed(0)} %`;
      const bar = `<i style="width:${(probability * 100).toFixed(1)}%"></i>`;
      return `<tr><td>${flight.name}</td><td>${flight.route}</td><td>${flight.departure}</td>
<td class="bar">${bar}<span>${percent}</span></td><td>${outcome(flight.arrivalDelay)}</td></tr>`;
    });
  return `<table><thead><tr><th>flight</th><th>route</th><th>leaves</th><th>chance of 15 min or more</th>
<th>what happened</th></tr></thead><tbody>${rows.join('\n')}</tbody></table>
<p class="note">The ${rows.length} highest chances of ${flights.length}.</p>`;
}

/** What became of a flight, in words. */
export function outcome(arrivalDelay: bigint | null): string {
  if (arrivalDelay === null) return 'cancelled or diverted';
  if (arrivalDelay === 0n) return 'on time';
  return arrivalDelay > 0n ? `${arrivalDelay} min late` : `${-arrivalDelay} min early`;
}

function figureRows(findings: Findings): string {
  const rows = figuresOf(findings).map(
    ({ what, value, target }) =>
      `<tr><td>${what}</td><td class="number">${value}</td><td class="note">${target}</td></tr>`,
  );
  return `<table><tbody>${rows.join('\n')}</tbody></table>`;
}

function weatherText({ weather }: Findings): string {
  const items = weather.map(
    ({ knowledge, flights, differences, leakCount, seconds }) =>
      `<li>${counted(flights)} flights by ${knowledge === 'known' ? 'what was known' : 'event time'}, three age limits:
${counted(differences)} differences in ${seconds.toFixed(1)} s; the two rules differ in ${counted(leakCount)} values.</li>`,
  );
  return `<p>Weather as of an hour before every flight of the year, against answers computed independently:</p>
<ul>${items.join('\n')}</ul>`;
}

const STYLE = `
:root { color-scheme: light; --ink: #1d2430; --soft: #5a6475; --line: #e3e7ee; --good: #0f766e; --bad: #b4431f; }
* { box-sizing: border-box; }
body { margin: 0; background: #f6f7f9; color: var(--ink); font: 16px/1.55 system-ui, sans-serif; }
main { max-width: 940px; margin: 0 auto; padding: 48px 24px 80px; }
.mark { margin: 0; color: var(--good); font-weight: 650; letter-spacing: .04em; }
h1 { margin: 4px 0 12px; font-size: 40px; line-height: 1.15; letter-spacing: -.02em; }
h2 { margin: 0 0 8px; font-size: 22px; letter-spacing: -.01em; }
.lead { max-width: 62ch; color: var(--soft); font-size: 18px; }
section { background: #fff; border: 1px solid var(--line); border-radius: 14px; padding: 24px 28px; margin-top: 20px; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(160px, 1fr)); gap: 12px; margin-top: 28px; }
.card { background: #fff; border: 1px solid var(--line); border-radius: 14px; padding: 16px 18px; }
.card b { display: block; font-size: 30px; letter-spacing: -.02em; font-variant-numeric: tabular-nums; }
.card span { color: var(--soft); font-size: 14px; line-height: 1.35; display: block; }
.good b { color: var(--good); } .bad b { color: var(--bad); }
.plots { display: flex; flex-wrap: wrap; gap: 20px; margin-top: 12px; }
figure { margin: 0; flex: 1 1 400px; } figure svg { max-width: 100%; height: auto; }
figcaption, .note { color: var(--soft); font-size: 14px; }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
th { text-align: left; font-weight: 600; font-size: 13px; color: var(--soft); }
th, td { padding: 7px 10px 7px 0; border-bottom: 1px solid var(--line); }
.number { text-align: right; font-weight: 600; padding-right: 28px; }
.bar { min-width: 180px; position: relative; }
.bar i { display: inline-block; height: 10px; border-radius: 5px; background: var(--good); opacity: .75; max-width: 70%; }
.bar span { margin-left: 8px; font-size: 14px; }
`;
