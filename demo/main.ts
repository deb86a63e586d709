/**
 * The flights story, end to end, through the SDK over HTTP: register, load, train, predict, and show that what was
 * trained on is what is served. `npm run demo -- --serve` leaves the service up; `-- --json` ends with one JSON line.
 */
import { mkdir, rm } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { OUT } from './paths.js';
import { figuresOf, figureTable, isOk } from './report.js';
import { curlLines } from './serve.js';
import { type Story, tellStory } from './story.js';

const { values: options } = parseArgs({
  options: { serve: { type: 'boolean', default: false }, json: { type: 'boolean', default: false } },
});

/** Stops the service that runs now. */
let stopCurrent: (() => Promise<void>) | null = null;

await main().catch((error: unknown) => {
  console.error(error instanceof Error ? `\n${error.message}\n` : error);
  process.exitCode = 1;
});

async function main(): Promise<void> {
  await rm(OUT, { recursive: true, force: true });
  await mkdir(OUT, { recursive: true });
  const story = await tellStory({ onService: stopOnSignal });
  try {
    printFindings(story);
    if (options.serve) await serveUntilSignal(story);
  } finally {
    await story.service.stop();
  }
  const ok = isOk(story.findings);
  if (options.json) console.log(JSON.stringify({ ok, metrics: story.findings.metrics }));
  process.exitCode = ok ? 0 : 1;
}

/** Prints what to paste; the signal that ends the demo ends the service first. */
async function serveUntilSignal(story: Story): Promise<void> {
  console.log(curlLines(story));
  await story.service.ended;
}

function printFindings({ findings, files }: Story): void {
  console.log(`\nMeasured\n${figureTable(figuresOf(findings))}`);
  console.log(`\n  ${files.join('\n  ')}`);
}

/** Keeps the way to stop the service that runs now; a signal stops it before the demo ends. */
function stopOnSignal(stop: () => Promise<void>): void {
  if (stopCurrent === null) {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => {
        void stopCurrent?.().finally(() => process.exit(130));
      });
    }
  }
  stopCurrent = stop;
}
