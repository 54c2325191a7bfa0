import type { Hex } from 'viem';
import type { GasChain } from './chain.ts';
import type { CodeMap } from './source-functions.ts';

type Step = {
  readonly pc: number;
  readonly op: string;
  readonly gas: number;
  readonly gasCost: number;
  readonly depth: number;
  readonly stack: readonly string[];
};

/** Gas of one instruction: in which contract, below which of its functions, outermost first. */
export type Spent = {
  readonly contract: string;
  readonly path: readonly string[];
  readonly op: string;
  readonly gas: number;
};

const CALLS = new Set(['CALL', 'STATICCALL', 'DELEGATECALL']);

/**
 * What each instruction of a transaction cost; a call's cost is its own, without what was run in it.
 *
 * @param to the contract that the transaction calls.
 * @param nameOf name of the contract whose code lies at an address in lower case.
 */
export async function traceSpending(
  { reader }: GasChain,
  hash: Hex,
  to: string,
  nameOf: (address: string) => string,
  maps: ReadonlyMap<string, CodeMap>,
): Promise<readonly Spent[]> {
  const options = { disableStorage: true, disableMemory: true };
  const { structLogs: steps } = (await reader.request({
    method: 'debug_traceTransaction',
    params: [hash, options],
  } as never)) as { readonly structLogs: readonly Step[] };
  const frames: { contract: string; path: string[] }[] = [];
  const spent: Spent[] = [];
  for (const [i, step] of steps.entries()) {
    const { depth, op } = step;
    frames.length = Math.min(frames.length, depth);
    const caller = steps[i - 1];
    frames[depth - 1] ??= { contract: nameOf(caller === undefined ? to : callee(caller)), path: [] };
    const frame = frames[depth - 1];
    if (frame === undefined) throw new Error('a step without a frame');
    const map = maps.get(frame.contract);
    spent.push({ contract: frame.contract, path: [...frame.path], op, gas: ownCost(steps, i) });
    const jump = op === 'JUMP' ? map?.(step.pc)?.jump : undefined;
    const next = steps[i + 1];
    if (jump === 'i' && next !== undefined) frame.path.push(map?.(next.pc)?.name ?? '');
    else if (jump === 'o') frame.path.pop();
  }
  return spent;
}

const callee = ({ stack }: Step): string => `0x${(stack.at(-2) ?? '').slice(2).padStart(40, '0').slice(-40)}`;

function ownCost(steps: readonly Step[], i: number): number {
  const step = steps[i];
  if (step === undefined || !CALLS.has(step.op)) return step?.gasCost ?? 0;
  let after = i + 1;
  while ((steps[after]?.depth ?? 0) > step.depth) after++;
  const [first, end, last] = [steps[i + 1], steps[after], steps[after - 1]];
  const taken = step.gas - (end?.gas ?? step.gas);
  if (after === i + 1 || first === undefined || last === undefined) return taken;
  return taken - (first.gas - (last.gas - last.gasCost));
}
