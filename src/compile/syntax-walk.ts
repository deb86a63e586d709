import type { SyntaxNode } from './syntax.js';

/** The nodes right below a node. */
function childNodes(node: SyntaxNode): readonly SyntaxNode[] {
  switch (node.kind) {
    case 'literal':
    case 'name':
      return [];
    case 'call':
      return node.partition === null ? node.arguments : [...node.arguments, node.partition];
    case 'case': {
      const { operand, branches, otherwise } = node;
      const ends = [operand, otherwise].filter((end) => end !== null);
      return [...ends, ...branches.flatMap(({ when, result }) => [when, result])];
    }
    case 'cast':
    case 'extract':
      return [node.argument];
    case 'array':
      return node.elements;
    case 'interval':
      return [node.amount];
    case 'named':
      return [node.value];
    case 'struct':
      return node.fields.map(({ value }) => value);
    case 'error':
      return node.parts;
  }
}

/** A node and all below it. */
export function nodesWithin(node: SyntaxNode): readonly SyntaxNode[] {
  return [node, ...childNodes(node).flatMap(nodesWithin)];
}

/** The tree with `replacement` in the place of one of its nodes. */
export function replaceNode(root: SyntaxNode, target: SyntaxNode, replacement: SyntaxNode): SyntaxNode {
  if (root === target) return replacement;
  const replaced = (node: SyntaxNode): SyntaxNode => replaceNode(node, target, replacement);
  switch (root.kind) {
    case 'literal':
    case 'name':
      return root;
    case 'call':
      return {
        ...root,
        arguments: root.arguments.map(replaced),
        partition: root.partition === null ? null : replaced(root.partition),
      };
    case 'case': {
      const { operand, otherwise } = root;
      return {
        ...root,
        operand: operand === null ? null : replaced(operand),
        branches: root.branches.map(({ when, result }) => ({
          when: replaced(when),
          result: replaced(result),
        })),
        otherwise: otherwise === null ? null : replaced(otherwise),
      };
    }
    case 'cast':
    case 'extract':
      return { ...root, argument: replaced(root.argument) };
    case 'array':
      return { ...root, elements: root.elements.map(replaced) };
    case 'interval':
      return { ...root, amount: replaced(root.amount) };
    case 'named':
      return { ...root, value: replaced(root.value) };
    case 'struct':
      return { ...root, fields: root.fields.map((field) => ({ ...field, value: replaced(field.value) })) };
    case 'error':
      return { ...root, parts: root.parts.map(replaced) };
  }
}
