import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { COMPILER_SETTINGS, compileStandardJson } from '../../contracts/solc/compiler.ts';

/** Which function of the sources an instruction of a contract's code belongs to, and whether it enters or leaves one. */
export type Instruction = { readonly name: string; readonly jump: string };
export type CodeMap = (pc: number) => Instruction | undefined;

type Node = {
  readonly nodeType?: string;
  readonly name?: string;
  readonly kind?: string;
  readonly src?: string;
};
type Span = { readonly from: number; readonly to: number; readonly name: string };
type Output = {
  readonly sources: Readonly<Record<string, { readonly id: number; readonly ast: unknown }>>;
  readonly contracts: Readonly<
    Record<string, Record<string, { evm: { deployedBytecode: { object: string; sourceMap: string } } }>>
  >;
};

/** PUSH1 to PUSH32: as many bytes of data follow. */
const [PUSH1, PUSH32] = [0x60, 0x7f];

/**
 * Maps the code of contracts to their sources' functions (Solidity documentation, "Source Mappings").
 *
 * @param names of contracts/src, without the ending; each is compiled as it is deployed.
 */
export function mapFunctions(root: string, names: readonly string[]): ReadonlyMap<string, CodeMap> {
  const path = (name: string) => `contracts/src/${name}.sol`;
  const sources = Object.fromEntries(
    names.map((name) => [path(name), { content: readFileSync(join(root, path(name)), 'utf8') }]),
  );
  const outputSelection = { '*': { '*': ['evm.deployedBytecode'], '': ['ast'] } };
  const settings = { ...COMPILER_SETTINGS, outputSelection };
  const input = JSON.stringify({ language: 'Solidity', sources, settings });
  const output = JSON.parse(compileStandardJson(input, root)) as Output;
  const spans = new Map(Object.values(output.sources).map(({ id, ast }) => [id, spansOf(ast)]));
  return new Map(
    names.map((name) => {
      const code = output.contracts[path(name)]?.[name]?.evm.deployedBytecode;
      if (code === undefined) throw new Error(`${name} was not compiled`);
      return [name, codeMap(code.object, code.sourceMap, spans)];
    }),
  );
}

function spansOf(ast: unknown): Span[] {
  if (typeof ast !== 'object' || ast === null) return [];
  const { nodeType, name, kind, src } = ast as Node;
  const inner = Object.values(ast).flatMap(spansOf);
  if (nodeType !== 'FunctionDefinition' && nodeType !== 'ModifierDefinition') return inner;
  const [from = 0, length = 0] = (src ?? '').split(':').map(Number);
  return [{ from, to: from + length, name: name || (kind ?? '') }, ...inner];
}

function codeMap(code: string, sourceMap: string, spans: ReadonlyMap<number, readonly Span[]>): CodeMap {
  const places = new Map<number, number>();
  for (let pc = 0, n = 0; 2 * pc < code.length; n++) {
    places.set(pc, n);
    const opcode = Number.parseInt(code.slice(2 * pc, 2 * pc + 2), 16);
    pc += 1 + (opcode >= PUSH1 && opcode <= PUSH32 ? opcode - PUSH1 + 1 : 0);
  }
  let last: readonly string[] = [];
  const entries = sourceMap.split(';').map((entry) => {
    const parts = entry.split(':');
    last = Array.from({ length: 4 }, (_, i) => parts[i] || last[i] || '');
    const [start, , file, jump = ''] = last;
    const within = spans
      .get(Number(file))
      ?.filter(({ from, to }) => Number(start) >= from && Number(start) < to);
    return { name: within?.at(-1)?.name ?? '', jump };
  });
  return (pc) => entries[places.get(pc) ?? -1];
}
