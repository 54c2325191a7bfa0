import { encodeAbiParameters, type Hex, keccak256 } from 'viem';
import { compileContracts } from '../../contracts/solc/compiler.ts';
import { call, chainTime, create, type GasChain, passTime, shortSignature } from './chain.ts';

const WINDOW = 604_800;
const FIRST = 500_000_000;
const SETTINGS = { value: FIRST, min: 1, max: 2 ** 40, budget: 2 ** 30, drainedAt: 0, window: WINDOW };
const CHANGES = {
  type: 'tuple[]',
  components: [
    { name: 'id', type: 'bytes32' },
    { name: 'expected', type: 'uint48' },
    { name: 'value', type: 'uint48' },
  ],
} as const;
const HASHED = ['uint256', 'address', 'uint64', 'uint64', 'bytes32'].map((type) => ({ type }));

/** A batch of the minimal prototype: so many parameters, by so many votes. @returns the gas of its transaction. */
export type MinimalBatch = (parameters: number, votes: number) => Promise<number>;

/** Deploys contracts/test/gas/MinimalController.sol for the chain's committee. */
export async function deployMinimal(
  root: string,
  chain: GasChain,
  parameters: number,
): Promise<MinimalBatch> {
  const [compiled] = compileContracts(root, ['gas/MinimalController'], 'contracts/test');
  if (compiled === undefined) throw new Error('expected MinimalController');
  const words = chain.committee.map((address) => address.slice(2).padStart(64, '0'));
  const ids = Array.from({ length: parameters }, (_, i) => keccak256(`0x${i.toString(16).padStart(2, '0')}`));
  ids.sort();
  const committeeRoot = keccak256(`0x${words.join('')}`);
  const contract = await create(chain, compiled, [committeeRoot, words.length, ids, SETTINGS]);
  const values = new Map<Hex, number>(ids.map((id) => [id, FIRST]));
  let sequence = 0n;
  return async (count, votes) => {
    await passTime(chain, 60);
    const expiry = BigInt((await chainTime(chain)) + 3_600);
    const changes = ids.slice(0, count).map((id) => {
      const expected = values.get(id) ?? FIRST;
      return { id, expected, value: expected + 100_000 };
    });
    sequence += 1n;
    const digest = keccak256(
      encodeAbiParameters(HASHED, [
        ...[BigInt(chain.anvil.chainId), contract.address, sequence, expiry],
        keccak256(encodeAbiParameters([CHANGES], [changes])),
      ]),
    );
    const signed = await Promise.all(
      chain.members
        .slice(0, votes)
        .map(async (member, index) => ({ index, ...shortSignature(await member.sign({ hash: digest })) })),
    );
    const { gasUsed } = await call(chain, contract, 'applyUpdate', [
      expiry,
      changes,
      signed,
      chain.committee,
    ]);
    for (const { id, value } of changes) values.set(id, value);
    return Number(gasUsed);
  };
}
