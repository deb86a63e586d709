/**
 * Writes `src/compile/sql/runtime-source.gen.ts`: the runtime of the kernels as JavaScript text, one entry for each top-level
 * declaration with what it uses, so that a function in BigQuery holds exactly the code that the kernel runs, and no more.
 *
 *   node scripts/runtime-source.js
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';
import { declarationsOf } from './runtime-source/declarations.js';
import { namesAtTop } from './runtime-source/names.js';

const ROOT = resolve(import.meta.dirname, '..');
export const RUNTIME_SOURCE_PATH = 'src/compile/sql/runtime-source.gen.ts';

/** `rt.<name>` of generated kernels, and what stands between them and BigQuery's types. */
const RUNTIME = 'src/compile/runtime.ts';
const BOUNDARY = 'src/compile/sql/bigquery-javascript.ts';

const OPTIONS = {
  target: ts.ScriptTarget.ES2020,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  removeComments: true,
  isolatedModules: true,
};

if (process.argv[1] === import.meta.filename) {
  writeFileSync(join(ROOT, RUNTIME_SOURCE_PATH), runtimeSource());
}

/** The text that the generated file should have. */
export function runtimeSource() {
  const modules = readModules([RUNTIME, BOUNDARY]);
  const program = programOf(modules);
  const checker = program.getTypeChecker();
  const files = [...modules.keys()].map((path) => program.getSourceFile(jsName(path)));
  const names = namesAtTop(files, checker);
  const runtime = files.find((file) => file.fileName === jsName(RUNTIME));
  const declarations = files
    .filter((file) => file !== runtime)
    .flatMap((file) =>
      declarationsOf(file, { checker, names, notice: noticeOf(modules.get(tsName(file.fileName)).source) }),
    );
  return fileText(
    declarations,
    entryPoints({ runtime, boundary: program.getSourceFile(jsName(BOUNDARY)), checker, names }),
  );
}

/** Every module that the roots reach, as JavaScript, each behind those it imports: the order in which they are evaluated. */
function readModules(roots) {
  const modules = new Map();
  const visit = (path) => {
    if (modules.has(path)) return;
    const source = readFileSync(join(ROOT, path), 'utf8');
    const { outputText } = ts.transpileModule(source, { compilerOptions: OPTIONS, fileName: path });
    const { importedFiles } = ts.preProcessFile(outputText, true, true);
    modules.set(path, null);
    for (const { fileName } of importedFiles) if (fileName.startsWith('.')) visit(imported(path, fileName));
    // Set again, so that it stands behind what it imports.
    modules.delete(path);
    modules.set(path, { source, text: outputText });
  };
  roots.forEach(visit);
  return modules;
}

function imported(path, name) {
  const target = join(dirname(path), name.replace(/\.js$/, '.ts'));
  if (!existsSync(join(ROOT, target))) throw new Error(`${path} imports ${name}, which is not there`);
  return target;
}

/** The modules alone, without any library: what they do not declare is the JavaScript engine's or somebody else's. */
function programOf(modules) {
  const files = new Map([...modules].map(([path, { text }]) => [jsName(path), text]));
  const host = {
    ...ts.createCompilerHost(OPTIONS),
    fileExists: (path) => files.has(path),
    readFile: (path) => files.get(path),
    directoryExists: () => true,
    getDirectories: () => [],
    getCurrentDirectory: () => '/',
    getSourceFile: (path, version) =>
      files.has(path)
        ? ts.createSourceFile(path, files.get(path), version, true, ts.ScriptKind.JS)
        : undefined,
  };
  return ts.createProgram([...files.keys()], { ...OPTIONS, allowJs: true, noLib: true, types: [] }, host);
}

function jsName(path) {
  return `/${path.replace(/\.ts$/, '.js')}`;
}

function tsName(path) {
  return relative('/', path).replace(/\.js$/, '.ts');
}

/** A licence that asks to be kept travels with the code. */
function noticeOf(source) {
  const comment = /^\/\*\*?[\s\S]*?\*\//.exec(source)?.[0] ?? '';
  return /copyright/i.test(comment) ? comment : '';
}

/** What generated code calls: the properties of RUNTIME, and the exports of the boundary. */
function entryPoints({ runtime, boundary, checker, names }) {
  const exportOf = (file, name) =>
    checker.getExportsOfModule(checker.getSymbolAtLocation(file)).find((symbol) => symbol.name === name);
  const properties = checker.getPropertiesOfType(checker.getTypeOfSymbol(exportOf(runtime, 'RUNTIME')));
  const exported = checker.getExportsOfModule(checker.getSymbolAtLocation(boundary));
  return [...properties, ...exported].map((symbol) => [symbol.name, nameOfEntry(symbol, checker, names)]);
}

function nameOfEntry(symbol, checker, names) {
  const [declaration] = symbol.declarations;
  const target = ts.isShorthandPropertyAssignment(declaration)
    ? checker.getShorthandAssignmentValueSymbol(declaration)
    : checker.getSymbolAtLocation(declaration.name);
  const resolved = target.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(target) : target;
  const name = names.get(resolved);
  if (name === undefined) throw new Error(`rt.${symbol.name} is not declared at the top of a module`);
  return name;
}

function fileText(declarations, entries) {
  const twice = entries.find(([name], index) => entries.findIndex(([other]) => other === name) !== index);
  if (twice !== undefined) throw new Error(`the runtime and what stands before it both have "${twice[0]}"`);
  const rows = declarations.map((declaration) => `  ${JSON.stringify(declaration)},`);
  const names = entries
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, target]) => `  ${name}: '${target}',`);
  return `// Generated by \`npm run check -- --only generated-files --write\` from src/compile/runtime.ts and what it imports.

/**
 * One declaration of the runtime as JavaScript. \`uses\` names other declarations; \`foreign\` what no JavaScript engine has by
 * itself: a Node API or a package. \`notice\` is the licence of the file it comes from.
 */
export type RuntimeDeclaration = {
  readonly name: string;
  readonly code: string;
  readonly uses: readonly string[];
  readonly foreign: readonly string[];
  readonly notice: string;
};

/** In the order in which they are evaluated. */
export const RUNTIME_DECLARATIONS: readonly RuntimeDeclaration[] = [
${rows.join('\n')}
];

/** The declarations that generated code calls by name. */
export const RUNTIME_ENTRIES: Readonly<Record<string, string>> = {
${names.join('\n')}
};
`;
}
