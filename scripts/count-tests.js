/**
 * Prints one line, `tests: N passed, M failed`, from the file of vitest's JSON reporter. A test file that could not be
 * loaded counts as one failure; so does a missing report. Exits non-zero when anything failed.
 */
import { readFile } from 'node:fs/promises';

const { passed, failed } = await count(process.argv[2]);
console.log(`tests: ${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

async function count(path) {
  try {
    const report = JSON.parse(await readFile(path, 'utf8'));
    const unloaded = report.testResults.filter(
      (file) => file.status === 'failed' && file.assertionResults.length === 0,
    ).length;
    return { passed: report.numPassedTests, failed: report.numFailedTests + unloaded };
  } catch {
    return { passed: 0, failed: 1 };
  }
}
