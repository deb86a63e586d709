import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { folderOf, type MadeCounterpart, sourcesOf } from './counterpart.js';
import { runTool, versionOf } from './tool.js';

/** GoogleSQL's reference implementation (Java): what a query gives. About 100 MB. */
export const EVALUATOR: MadeCounterpart = {
  kind: 'made',
  name: 'googlesql-evaluator',
  judges: 'BigQuery SQL gives the values of the kernel',
  lacks: () => {
    const missing = ['javac', 'mvn'].filter((tool) => versionOf(tool, '-version') === null);
    return missing.length === 0 ? null : `${missing.join(' and ')} not installed`;
  },
  make: async (folder) => {
    const cwd = sourcesOf('googlesql-evaluator');
    const lib = join(folder, 'lib');
    await runTool('mvn', [...MAVEN, `-DoutputDirectory=${lib}`], { cwd });
    const sources = readdirSync(cwd).filter((file) => file.endsWith('.java'));
    const classes = join(folder, 'classes');
    await runTool(
      'javac',
      ['-nowarn', '-proc:none', '-encoding', 'UTF-8', '-cp', `${lib}/*`, '-d', classes, ...sources],
      {
        cwd,
      },
    );
  },
};

/** The program and its arguments: a JSON line in, a JSON line out. */
export function evaluatorCommand(): readonly [string, readonly string[]] {
  const folder = folderOf(EVALUATOR);
  return ['java', [...JAVA, '-cp', `${folder}/classes:${folder}/lib/*`, 'GoogleSqlEvaluator']];
}

const MAVEN = ['-q', '-B', '-Dstyle.color=never', 'dependency:copy-dependencies', '-DincludeScope=runtime'];
/** Deep expressions are walked recursively in Java too, hence the stack. */
const JAVA = [
  '-Xmx512m',
  '-Xss8m',
  '-XX:+UseSerialGC',
  '-XX:TieredStopAtLevel=1',
  '-XX:-CreateCoredumpOnCrash',
];
