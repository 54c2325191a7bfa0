import type { Mutant } from '../operators.ts';
import { childOf, listOf, type Node, spanOf, walk } from './solidity-ast.ts';

type Edit = Pick<Mutant, 'at' | 'length' | 'replacement' | 'change'>;

const OTHER_SIGNS: Readonly<Record<string, readonly string[]>> = {
  '<': ['<='],
  '<=': ['<'],
  '>': ['>='],
  '>=': ['>'],
  '==': ['!='],
  '!=': ['=='],
  '+': ['-'],
  '-': ['+'],
  '*': ['/'],
  '/': ['*'],
  '&': ['|'],
  '|': ['&'],
  '<<': ['>>'],
  '>>': ['<<'],
  '&&': ['||'],
  '||': ['&&'],
  '+=': ['-='],
  '-=': ['+='],
  '|=': ['&='],
  '&=': ['|='],
};

/** Of assembly: built-in functions that take as many words. */
const OTHER_BUILT_INS: Readonly<Record<string, string>> = {
  ...{ add: 'sub', sub: 'add', mul: 'div', div: 'mul', mulmod: 'addmod', addmod: 'mulmod' },
  ...{ and: 'or', or: 'and', shl: 'shr', shr: 'shl', lt: 'gt', gt: 'lt' },
};

/**
 * Every mutant of a Solidity file: comparisons moved by their bound, arithmetic and logic exchanged,
 * checks, modifiers, calls, events and assignments left out, branches taken always or never, neighbouring arguments
 * swapped, numbers raised by one; in assembly, built-in functions exchanged, statements left out and branches never
 * taken. Mutants that do not compile are sorted out by who tries them.
 *
 * @param ast its syntax tree.
 */
export function solidityMutantsOf(path: string, text: string, ast: Node): Mutant[] {
  const bytes = Buffer.from(text);
  const seen = new Map<string, number>();
  const edits = [...walk(ast)].flatMap(([node, above]) => editsOf(node, above, bytes));
  return edits.map((edit) => {
    const line = bytes.subarray(0, edit.at).toString().split('\n').length;
    const code = text.split('\n')[line - 1]?.trim() ?? '';
    const key = `${code}\n${edit.change}`;
    const nth = (seen.get(key) ?? 0) + 1;
    seen.set(key, nth);
    return { path, line, code, nth, ...edit };
  });
}

/** The text with the edit made; places are in bytes. */
export function withEdit(text: string, { at, length, replacement }: Mutant): string {
  const bytes = Buffer.from(text);
  return bytes.subarray(0, at).toString() + replacement + bytes.subarray(at + length).toString();
}

function editsOf(node: Node, above: readonly Node[], bytes: Buffer): Edit[] {
  switch (node.nodeType) {
    case 'BinaryOperation':
      return signEdits(node, 'leftExpression', 'rightExpression', bytes);
    case 'Assignment':
      return node.operator === '=' ? [] : signEdits(node, 'leftHandSide', 'rightHandSide', bytes);
    case 'IfStatement':
      return conditionEdits(node, bytes);
    case 'Conditional':
      return branchEdits(node, bytes);
    case 'ModifierInvocation':
      return isOnFunction(above[0]) ? [replace(node, '', 'no modifier', bytes)] : [];
    case 'EmitStatement':
      return [replace(node, '', 'no event', bytes)];
    case 'ExpressionStatement':
      return isCounter(above[0], node) ? [] : [replace(node, '', 'no statement', bytes)];
    case 'FunctionCall':
      return swapEdits(node, bytes);
    case 'Literal':
      return numberEdits(node, above, bytes);
    case 'UnaryOperation':
      return node.operator === '!' && node.prefix === true
        ? [replace(node, textOf(childOf(node, 'subExpression'), bytes), 'no !', bytes)]
        : [];
    case 'YulFunctionCall':
      return builtInEdits(node, bytes);
    case 'YulExpressionStatement':
      return [replace(node, '', 'no statement', bytes)];
    case 'YulIf':
      return conditionEdits(node, bytes, '0');
    default:
      return [];
  }
}

function builtInEdits(node: Node, bytes: Buffer): Edit[] {
  const called = childOf(node, 'functionName');
  if (called === undefined) return [];
  const name = textOf(called, bytes);
  if (name === 'iszero') {
    return [replace(node, textOf(listOf(node, 'arguments')[0], bytes), 'no iszero', bytes)];
  }
  const other = OTHER_BUILT_INS[name];
  return other === undefined ? [] : [replace(called, other, `${name} → ${other}`, bytes)];
}

function signEdits(node: Node, leftKey: string, rightKey: string, bytes: Buffer): Edit[] {
  const left = childOf(node, leftKey);
  const right = childOf(node, rightKey);
  const sign = String(node.operator);
  if (left === undefined || right === undefined) return [];
  const at = bytes.indexOf(sign, spanOf(left).to);
  if (at < 0 || at >= spanOf(right).from) return [];
  return (OTHER_SIGNS[sign] ?? []).map((other) => ({
    ...{ at, length: sign.length, replacement: other },
    change: `${sign} → ${other}`,
  }));
}

/** A check that is left out, or a branch that is taken always or never. */
function conditionEdits(node: Node, bytes: Buffer, no = 'false'): Edit[] {
  const condition = childOf(node, 'condition');
  if (condition === undefined) return [];
  const never = replace(condition, no, 'if never', bytes);
  return node.nodeType === 'YulIf' || isRevert(childOf(node, 'trueBody'))
    ? [never]
    : [never, replace(condition, 'true', 'if always', bytes)];
}

function isRevert(node: Node | undefined): boolean {
  if (node?.nodeType === 'RevertStatement') return true;
  const statements = node?.nodeType === 'Block' ? listOf(node, 'statements') : [];
  return statements.length === 1 && statements[0]?.nodeType === 'RevertStatement';
}

function branchEdits(node: Node, bytes: Buffer): Edit[] {
  const [yes, no] = [childOf(node, 'trueExpression'), childOf(node, 'falseExpression')];
  return [
    replace(node, `(${textOf(yes, bytes)})`, '? always', bytes),
    replace(node, `(${textOf(no, bytes)})`, '? never', bytes),
  ];
}

/** Neighbouring arguments exchanged; where their types differ the compiler refuses it. */
function swapEdits(node: Node, bytes: Buffer): Edit[] {
  const given = listOf(node, 'arguments');
  return given.slice(1).flatMap((second, i) => {
    const first = given[i];
    if (first === undefined) return [];
    const [a, b] = [textOf(first, bytes), textOf(second, bytes)];
    const at = spanOf(first).from;
    const between = bytes.subarray(spanOf(first).to, spanOf(second).from).toString();
    if (a === b) return [];
    return [
      {
        at,
        length: spanOf(second).to - at,
        replacement: b + between + a,
        change: `swapped ${i + 1}, ${i + 2}`,
      },
    ];
  });
}

/** A number raised by one: constants, positions, bounds. The sizes of arrays and gaps in the storage stay. */
function numberEdits(node: Node, above: readonly Node[], bytes: Buffer): Edit[] {
  if (node.kind !== 'number' || above.some(({ nodeType }) => nodeType === 'ArrayTypeName')) return [];
  const value = textOf(node, bytes);
  if (!/^\d[\d_]*(?: \w+)?$/.test(value)) return [];
  const [number = '', unit] = value.split(' ');
  const raised = `${BigInt(number.replaceAll('_', '')) + 1n}${unit === undefined ? '' : ` ${unit}`}`;
  return [replace(node, raised, `${value} → ${raised}`, bytes)];
}

function replace(node: Node, replacement: string, change: string, bytes: Buffer): Edit {
  const { from, to } = spanOf(node);
  // A statement's own semicolon may stay: an empty one is no Solidity, so a block takes its place.
  const isStatement = replacement === '' && /^(?!Yul).*Statement$/.test(node.nodeType);
  const end = isStatement && bytes[to] === 0x3b ? to + 1 : to;
  return { at: from, length: end - from, replacement: isStatement ? '{}' : replacement, change };
}

function textOf(node: Node | undefined, bytes: Buffer): string {
  if (node === undefined) return '';
  const { from, to } = spanOf(node);
  return bytes.subarray(from, to).toString();
}

/** A base's arguments on a constructor are no modifier. */
function isOnFunction(node: Node | undefined): boolean {
  return node?.nodeType === 'FunctionDefinition' && node.kind === 'function';
}

function isCounter(node: Node | undefined, statement: Node): boolean {
  return node?.nodeType === 'ForStatement' && node.loopExpression === statement;
}
