import { type Hex, hexToBytes } from 'viem';
import * as client from '../../contracts/client/index.ts';
import { type GasChain, startGasChain } from './chain.ts';
import { deployMinimal } from './minimal.ts';
import { PARTS, type Part, partOf } from './parts.ts';
import { type CodeMap, mapFunctions } from './source-functions.ts';
import { deployPulled, deployWired, type SuiteBatch } from './suite.ts';
import { traceSpending } from './trace.ts';

const MEMBERS = 7;
/** A quorum of them, and all. */
const [QUORUM, ALL] = [5, MEMBERS];
const TRANSACTION = 21_000;
/** Gas of a byte of calldata that is zero, and of one that is not (EIP-2028). */
const [ZERO_BYTE, BYTE] = [4, 16];
const CONTROLLER = 'BoundedAutonomyController';
const TRACED = [CONTROLLER, 'ParameterRegistry', 'DecisionLog', 'ModelRegistry', 'CircuitBreaker'];

type Parts = ReadonlyMap<Part, number>;

/** Gas by parameters and votes: linear in the votes, and in the parameters but for what votes add to each. */
type Line = {
  readonly before: number;
  readonly signature: number;
  readonly further: number;
  readonly furtherVote: number;
};

/** Prints what a batch of parameters costs by part, beside the least that has bounds, a budget and a quorum. */
export async function printUpdateGas(root: string): Promise<void> {
  const chain = await startGasChain(MEMBERS);
  try {
    const pulled = await deployPulled(chain, 2);
    const minimal = await deployMinimal(root, chain, 2);
    const wired = await deployWired(chain);
    const publications = await published(pulled);
    await wired.publish(QUORUM);
    // The first batch fills slots that were empty.
    await pulled.apply(2, QUORUM);
    await minimal(2, QUORUM);
    await wired.apply(1, QUORUM);

    const table = await partsOf(root, chain, pulled);
    const bare = await lineOf(minimal);
    const fee = await wired.apply(1, QUORUM);
    const ofFee = straight(Number(fee.gasUsed), Number((await wired.apply(1, ALL)).gasUsed));

    console.log(
      `Gas of a batch, ${MEMBERS} members, by part; without signatures by the line through ${QUORUM} and ${ALL}.`,
    );
    console.log(
      '| part | one parameter before signatures | a signature | a parameter more | and for each vote |',
    );
    console.log('|---|---|---|---|---|');
    for (const [part, line] of table) console.log(row(part, line));
    const sum = total([...table.values()]);
    console.log(row('**together**', sum));
    console.log(row('the minimal prototype', bare));
    console.log(`A parameter more with ${QUORUM} votes: ${integer(sum.further + QUORUM * sum.furtherVote)}.`);
    console.log(`A fee that is wired to the reference core, before signatures: ${integer(ofFee.before)}.`);
    console.log(
      `publish, before signatures: ${integer(publications.before)}; a signature: ${integer(publications.signature)}.\n`,
    );
  } finally {
    await chain.anvil.stop();
  }
}

async function published({ publish }: SuiteBatch) {
  // The first fills slots that were empty.
  await publish(QUORUM);
  return straight(await publish(QUORUM), await publish(ALL));
}

/** The line through a quorum's gas and everybody's. */
function straight(some: number, all: number): { readonly before: number; readonly signature: number } {
  const signature = (all - some) / (ALL - QUORUM);
  return { before: some - QUORUM * signature, signature };
}

async function lineOf(measure: (parameters: number, votes: number) => Promise<number>): Promise<Line> {
  const one = straight(await measure(1, QUORUM), await measure(1, ALL));
  const two = straight(await measure(2, QUORUM), await measure(2, ALL));
  return { ...one, further: two.before - one.before, furtherVote: two.signature - one.signature };
}

async function partsOf(root: string, chain: GasChain, suite: SuiteBatch): Promise<ReadonlyMap<Part, Line>> {
  const maps = mapFunctions(root, TRACED);
  const names = await namesOf(chain, suite);
  const measured = new Map<string, Parts>();
  for (const parameters of [1, 2])
    for (const votes of [QUORUM, ALL]) {
      const { transactionHash, gasUsed } = await suite.apply(parameters, votes);
      const parts = await spentOn(chain, transactionHash, suite.contracts.controller, names, maps);
      const sum = [...parts.values()].reduce((a, b) => a + b, 0);
      if (sum !== Number(gasUsed)) throw new Error(`the parts are ${sum}, the receipt says ${gasUsed}`);
      measured.set(`${parameters}/${votes}`, parts);
    }
  const lines = new Map<Part, Line>();
  for (const part of PARTS) {
    const line = await lineOf(async (p, votes) => measured.get(`${p}/${votes}`)?.get(part) ?? 0);
    lines.set(part, line);
  }
  return lines;
}

async function namesOf(
  { reader }: GasChain,
  { contracts }: SuiteBatch,
): Promise<(address: string) => string> {
  const { decisionLog, circuitBreaker } = await client.suiteOf(reader, contracts.parameterRegistry);
  const names = new Map<string, string>([
    [contracts.controller, 'ModuleProxy'],
    [contracts.parameterRegistry, 'ParameterRegistry'],
    [contracts.modelRegistry, 'ModelRegistry'],
    [circuitBreaker, 'CircuitBreaker'],
    [decisionLog, 'DecisionLog'],
  ]);
  // The one address besides is that of the module's code. What precompiles take stands with the call.
  return (address) => names.get(address) ?? CONTROLLER;
}

async function spentOn(
  chain: GasChain,
  hash: Hex,
  to: string,
  names: (address: string) => string,
  maps: ReadonlyMap<string, CodeMap>,
): Promise<Parts> {
  const { input } = await chain.reader.getTransaction({ hash });
  const calldata = hexToBytes(input).reduce((sum, byte) => sum + (byte === 0 ? ZERO_BYTE : BYTE), 0);
  const parts = new Map<Part, number>([
    ['transaction', TRANSACTION],
    ['calldata', calldata],
  ]);
  for (const spent of await traceSpending(chain, hash, to, names, maps)) {
    const part = partOf(spent);
    parts.set(part, (parts.get(part) ?? 0) + spent.gas);
  }
  return parts;
}

function total(lines: readonly Line[]): Line {
  const sum = (of: (line: Line) => number) => lines.reduce((all, line) => all + of(line), 0);
  return {
    before: sum(({ before }) => before),
    signature: sum(({ signature }) => signature),
    further: sum(({ further }) => further),
    furtherVote: sum(({ furtherVote }) => furtherVote),
  };
}

const integer = (n: number): string => Math.round(n).toLocaleString('en-GB');
const row = (name: string, { before, signature, further, furtherVote }: Line): string =>
  `| ${[name, ...[before, signature, further, furtherVote].map(integer)].join(' | ')} |`;
