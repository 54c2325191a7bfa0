import { BallastError } from '../../protocol/errors.ts';

/** A variable of a contract as the compiler lays it out (Solidity documentation, "Layout in Storage"). */
export type StorageVariable = {
  readonly label: string;
  /** First slot. */
  readonly slot: number;
  /** Bytes from the right of that slot. */
  readonly offset: number;
  /** Bytes that it takes; 32 for a mapping or a dynamic array. */
  readonly bytes: number;
  /** The whole type with the members of structs and their places, independent of how types are named. */
  readonly type: string;
};

export type StorageLayout = readonly StorageVariable[];

/** What is wrong with a later layout. */
export type LayoutProblem = {
  readonly kind: 'removed' | 'moved' | 'retyped' | 'inserted';
  readonly label: string;
  /** What was, and what is. */
  readonly detail: string;
};

/** The compiler's `storageLayout` of one contract. */
export type CompilerLayout = {
  readonly storage: readonly CompilerVariable[];
  readonly types: Readonly<Record<string, CompilerType>> | null;
};

type CompilerVariable = {
  readonly label: string;
  readonly slot: string;
  readonly offset: number;
  readonly type: string;
};

type CompilerType = {
  readonly encoding: string;
  readonly label: string;
  readonly numberOfBytes: string;
  readonly key?: string;
  readonly value?: string;
  readonly base?: string;
  readonly members?: readonly CompilerVariable[];
};

const WORD_BYTES = 32;
const MAX_TYPE_DEPTH = 8;
/** Room that a version leaves for the next: `_gap` or `__gap`. */
const GAP = /^_{1,2}gap$/;

/**
 * Reads the compiler's answer. Names of types and their numbers, which change with every edit elsewhere, do not matter.
 *
 * @throws BallastError `STORAGE_LAYOUT_INVALID`.
 */
export function storageLayout({ storage, types }: CompilerLayout): StorageLayout {
  return storage.map(({ label, slot, offset, type }) => ({
    label,
    slot: Number(slot),
    offset,
    bytes: Number(typeOf(types ?? {}, type).numberOfBytes),
    type: describeType(types ?? {}, type, 0),
  }));
}

/**
 * What a new version of a module must not do to what the old one has stored. Every old variable keeps its place, name
 * and type. New ones lie in what was a gap or behind everything.
 *
 * @param before layout of the code that runs.
 * @param after layout of the code that is to replace it.
 * @returns nothing when the new version may follow the old one.
 */
export function compareLayouts(before: StorageLayout, after: StorageLayout): LayoutProblem[] {
  const kept = before.filter(({ label }) => !GAP.test(label));
  const problems = kept.flatMap((old) => problemsOf(old, after));
  const names = new Set(kept.map(({ label }) => label));
  const gaps = before.filter(({ label }) => GAP.test(label)).map(slotsOf);
  const end = Math.max(0, ...before.map((variable) => slotsOf(variable).end));
  for (const variable of after) {
    if (names.has(variable.label) && !GAP.test(variable.label)) continue;
    const { start, end: last } = slotsOf(variable);
    const isInGap = gaps.some((gap) => start >= gap.start && last <= gap.end);
    if (!isInGap && start < end) {
      problems.push({ kind: 'inserted', label: variable.label, detail: placeOf(variable) });
    }
  }
  return problems;
}

/**
 * @param module names it in the error.
 * @throws BallastError `STORAGE_LAYOUT_BROKEN` with all problems.
 */
export function requireCompatibleLayout(module: string, before: StorageLayout, after: StorageLayout): void {
  const problems = compareLayouts(before, after);
  if (problems.length === 0) return;
  const list = problems.map(({ kind, label, detail }) => `${label} ${kind} (${detail})`).join('; ');
  throw new BallastError('STORAGE_LAYOUT_BROKEN', `${module}: the new version misreads storage: ${list}`, {
    metadata: { module, problems },
    hint: 'keep the old variables as they are and take room for new ones from the gap',
  });
}

function problemsOf(old: StorageVariable, after: StorageLayout): LayoutProblem[] {
  const { label } = old;
  const next = after.find((variable) => variable.label === label);
  if (next === undefined) return [{ kind: 'removed', label, detail: placeOf(old) }];
  const problems: LayoutProblem[] = [];
  if (next.slot !== old.slot || next.offset !== old.offset) {
    problems.push({ kind: 'moved', label, detail: `${placeOf(old)}, now ${placeOf(next)}` });
  }
  if (next.type !== old.type) {
    problems.push({ kind: 'retyped', label, detail: `${old.type}, now ${next.type}` });
  }
  return problems;
}

const placeOf = ({ slot, offset }: StorageVariable) => `slot ${slot}, byte ${offset}`;

function slotsOf({ slot, offset, bytes }: StorageVariable): { start: number; end: number } {
  return { start: slot, end: slot + Math.ceil((offset + bytes) / WORD_BYTES) };
}

function typeOf(types: Readonly<Record<string, CompilerType>>, id: string): CompilerType {
  const type = Object.hasOwn(types, id) ? types[id] : undefined;
  if (type === undefined) {
    throw new BallastError('STORAGE_LAYOUT_INVALID', `storage layout: type ${id} is not described`);
  }
  return type;
}

function describeType(types: Readonly<Record<string, CompilerType>>, id: string, depth: number): string {
  if (depth > MAX_TYPE_DEPTH) {
    throw new BallastError('STORAGE_LAYOUT_INVALID', `storage layout: types deeper than ${MAX_TYPE_DEPTH}`);
  }
  const type = typeOf(types, id);
  const inner = (part: string) => describeType(types, part, depth + 1);
  if (type.key !== undefined && type.value !== undefined) {
    return `mapping(${inner(type.key)} => ${inner(type.value)})`;
  }
  if (type.members !== undefined) {
    const members = type.members.map(
      (member) => `${inner(member.type)} ${member.label} @${member.slot}+${member.offset}`,
    );
    return `struct{${members.join('; ')}}`;
  }
  if (type.base !== undefined) return `${inner(type.base)}[${lengthOf(type)}]`;
  if (type.label.startsWith('contract ')) return 'address';
  return type.label.startsWith('enum ') ? `uint${8 * Number(type.numberOfBytes)}` : type.label;
}

/** An array's length stands at the end of its label; a dynamic one has none. */
const lengthOf = ({ label }: CompilerType) => /\[(\d*)\]$/.exec(label)?.[1] ?? '';
