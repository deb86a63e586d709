import ts from 'typescript';
import { identifiersOf } from './names.js';

/** The top-level declarations of a file, each with its text under the names of `names` and with what it uses. */
export function declarationsOf(file, { checker, names, notice }) {
  const found = [];
  for (const statement of file.statements) {
    if (isNothing(statement)) continue;
    const parts = partsOf(statement, file);
    for (const { node, prefix } of parts) {
      const [identifier] = identifiersOf(statement).filter(
        (each) => parts.length === 1 || each.parent === node,
      );
      found.push(declaration(node, { identifier, prefix, file, checker, names, notice }));
    }
  }
  return found;
}

function isNothing(statement) {
  return (
    ts.isImportDeclaration(statement) ||
    ts.isExportDeclaration(statement) ||
    statement.kind === ts.SyntaxKind.EmptyStatement
  );
}

/** A function or class is one declaration, a statement of variables one for each. */
function partsOf(statement, file) {
  if (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement))
    return [{ node: statement, prefix: '' }];
  if (ts.isVariableStatement(statement)) {
    const { declarationList } = statement;
    const keyword = declarationList.flags & ts.NodeFlags.Const ? 'const ' : 'let ';
    if (declarationList.declarations.every(({ name }) => ts.isIdentifier(name)))
      return declarationList.declarations.map((node) => ({ node, prefix: keyword }));
  }
  const { line } = file.getLineAndCharacterOfPosition(statement.getStart());
  throw new Error(
    `${file.fileName}, line ${line + 1} of its JavaScript: the runtime holds functions, classes and constants only, so that ` +
      'a function in BigQuery can take what it needs of them',
  );
}

function declaration(node, { identifier, prefix, file, checker, names, notice }) {
  const own = checker.getSymbolAtLocation(identifier);
  const uses = new Set();
  const foreign = new Set();
  const edits = modifiersOf(node).map(({ pos, end }) => ({ from: pos, to: end, text: '' }));
  const visit = (child) => {
    if (ts.isIdentifier(child)) visitIdentifier(child);
    ts.forEachChild(child, visit);
  };
  const visitIdentifier = (child) => {
    if (isLabel(child)) return;
    const reference = referenceOf(child, checker);
    if (reference.foreign !== undefined) return void foreign.add(reference.foreign);
    const name = names.get(reference.symbol);
    if (name === undefined) return;
    if (reference.symbol !== own) uses.add(name);
    if (name === child.text) return;
    const isShorthand = ts.isShorthandPropertyAssignment(child.parent);
    edits.push({
      from: child.getStart(file),
      to: child.end,
      text: isShorthand ? `${child.text}: ${name}` : name,
    });
  };
  visit(node);
  const code = asciiOnly(`${prefix}${edited(file.text, node, edits)}${prefix === '' ? '' : ';'}`);
  return { name: names.get(own), code, uses: [...uses].sort(), foreign: [...foreign].sort(), notice };
}

function modifiersOf(node) {
  return (node.modifiers ?? []).filter(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
}

/** Names of properties and labels refer to nothing. */
function isLabel(identifier) {
  const { parent } = identifier;
  if (ts.isPropertyAccessExpression(parent)) return parent.name === identifier;
  if (ts.isBindingElement(parent)) return parent.propertyName === identifier;
  if (ts.isShorthandPropertyAssignment(parent)) return false;
  const isMember =
    ts.isPropertyAssignment(parent) || ts.isMethodDeclaration(parent) || ts.isPropertyDeclaration(parent);
  if (isMember || ts.isGetAccessorDeclaration(parent)) return parent.name === identifier;
  return ts.isLabeledStatement(parent) || ts.isBreakOrContinueStatement(parent);
}

/** What a name stands for: a symbol of ours, or the foreign thing it needs; neither for what every engine has. */
function referenceOf(identifier, checker) {
  const symbol = ts.isShorthandPropertyAssignment(identifier.parent)
    ? checker.getShorthandAssignmentValueSymbol(identifier.parent)
    : checker.getSymbolAtLocation(identifier);
  if (symbol === undefined || symbol.declarations === undefined)
    return OF_THE_LANGUAGE.has(identifier.text) ? {} : { foreign: identifier.text };
  if (!(symbol.flags & ts.SymbolFlags.Alias)) return { symbol };
  const aliased = checker.getAliasedSymbol(symbol);
  if (aliased.declarations !== undefined) return { symbol: aliased };
  const from = ts.findAncestor(symbol.declarations[0], ts.isImportDeclaration);
  return { foreign: from.moduleSpecifier.text };
}

function edited(text, node, edits) {
  let result = '';
  let at = node.getStart();
  for (const { from, to, text: replacement } of edits.sort((a, b) => a.from - b.from)) {
    result += text.slice(at, Math.max(at, from)) + replacement;
    at = to;
  }
  return (result + text.slice(at, node.end)).trim();
}

/** Outside of ASCII there are only characters of texts and patterns, where an escape means the same. */
function asciiOnly(code) {
  return code.replace(/[^\n\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** What ECMAScript 2020 itself defines, but for what depends on time, place or chance. */
const OF_THE_LANGUAGE = new Set(
  [
    'undefined NaN Infinity Object Array Map Set WeakMap WeakSet Symbol Error RangeError TypeError RegExp Math Number BigInt String',
    'Boolean JSON ArrayBuffer DataView Int8Array Uint8Array Int16Array Uint16Array Int32Array Uint32Array BigInt64Array',
    'BigUint64Array Float32Array Float64Array isNaN isFinite parseInt parseFloat arguments',
  ].flatMap((names) => names.split(' ')),
);
