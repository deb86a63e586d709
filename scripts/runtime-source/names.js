import ts from 'typescript';

/** A name of its own for every top-level declaration of the files, by symbol: its name, numbered where it is taken. */
export function namesAtTop(files, checker) {
  const names = new Map();
  const taken = new Set();
  for (const file of files) {
    for (const identifier of file.statements.flatMap(identifiersOf)) {
      const name = freeName(identifier.text, taken);
      taken.add(name);
      names.set(checker.getSymbolAtLocation(identifier), name);
    }
  }
  return names;
}

/** The names that a top-level statement declares. */
export function identifiersOf(statement) {
  if (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) return [statement.name];
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.map(({ name }) => name);
  return [];
}

function freeName(wanted, taken) {
  const isFree = (name) => !taken.has(name) && !OF_THE_KERNEL.test(name);
  if (isFree(wanted)) return wanted;
  for (let i = 2; ; i++) if (isFree(`${wanted}_${i}`)) return `${wanted}_${i}`;
}

/** Names that generated kernels and functions have themselves. */
const OF_THE_KERNEL =
  /^(?:(?:[vnkdmcaopL]|cn)\d+|h|x|e|rt|asOf|answer|values|constants|EMPTY_BYTES|EMPTY_ARRAY)$/;
