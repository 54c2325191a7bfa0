/**
 * `npm run bench:gas`: what a batch of parameters costs on a local chain, by part, and what votes cost, one by one and as
 * one BLS signature, by committee size.
 */
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bls12_381 } from '@noble/curves/bls12-381.js';
import {
  type Abi,
  encodeDeployData,
  encodeFunctionData,
  getContractAddress,
  type Hex,
  keccak256,
} from 'viem';
import { type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts';
import { committeeKeysCommitment, encodeAggregateVote } from '../contracts/client/aggregate-votes.ts';
import {
  blsPublicKey,
  encodeKeyForChain,
  encodeSignatureForChain,
  signBls,
} from '../contracts/client/bls.ts';
import { modelRegistryAbi, modelRegistryBytecode } from '../contracts/client/generated/model-registry.ts';
import * as client from '../contracts/client/index.ts';
import { hexFromBytes, wordFromDigest } from '../contracts/client/words.ts';
import { compileContracts } from '../contracts/solc/compiler.ts';
import { quorum } from '../protocol/quorum.ts';
import { printUpdateGas } from './gas/update-gas.ts';

const SIZES = [7, 22, 31, 40, 46, 79, 145];
const NETWORK = 'ab'.repeat(32);
/** EIP-2537: what hashing to G1 in place of G2 would save. */
const HASH_TO_G1_SAVES = 2 * (23_800 - 5_500) + (600 - 375);
/** What an absent member's key in G2 would cost more: the sum (EIP-2537) and 128 bytes of calldata, 32 of them zero. */
const ABSENT_IN_G2_COSTS = 600 - 375 + 96 * 16 + 32 * 4;
const COLUMNS = [
  ...['N', 'q', 'publish, q one by one', 'publish, BLS by q', 'publish, BLS by all'],
  ...['check, BLS by q', 'with signatures in G1 (computed)'],
  ...['all keys in calldata ÷ proven, by q', 'by all'],
];

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { Fn } = bls12_381.G1.Point;

type Member = { readonly account: PrivateKeyAccount; readonly secret: bigint; readonly key: Uint8Array };

const members: Member[] = Array.from({ length: Math.max(...SIZES) }, (_, i) => {
  const secret = BigInt(keccak256(new TextEncoder().encode(`member ${i}`))) % Fn.ORDER;
  const account = privateKeyToAccount(`0x${(secret >> 8n).toString(16).padStart(64, '0')}`);
  return { account, secret, key: blsPublicKey(Fn.toBytes(secret)) };
});

await printUpdateGas(root);
const anvil = await client.startAnvil();
const endpoint = { rpcUrl: anvil.rpcUrl, chainId: anvil.chainId, pollingIntervalMs: 10 };
const reader = client.createReader(endpoint);
const owner = client.createWriter(endpoint, client.devAccount(0));

async function send(transaction: { readonly to?: Hex; readonly data: Hex }): Promise<bigint> {
  const hash = await owner.sendTransaction(transaction);
  const receipt = await reader.waitForTransactionReceipt({ hash });
  if (receipt.status !== 'success') throw new Error(`transaction ${hash} failed`);
  return receipt.gasUsed;
}

async function create(abi: Abi, bytecode: Hex, args: readonly unknown[]): Promise<Hex> {
  const nonce = BigInt(await client.nextNonce(reader, owner.account.address));
  await send({ data: encodeDeployData({ abi, bytecode, args }) });
  return getContractAddress({ from: owner.account.address, nonce });
}

/** The positions of those who sign: spread, so that the proof for the others is as long as it gets. */
function spread(size: number, count: number): number[] {
  return Array.from({ length: size }, (_, i) => i).filter(
    (i) => Math.floor(((i + 1) * count) / size) > Math.floor((i * count) / size),
  );
}

/** Gas of `publish` for the first version of a new registry. */
async function publish(size: number, count: number, isAggregated: boolean): Promise<bigint> {
  const drawn = members
    .slice(0, size)
    .toSorted((a, b) => (a.account.address.toLowerCase() < b.account.address.toLowerCase() ? -1 : 1));
  const registry = await create(modelRegistryAbi, modelRegistryBytecode, [owner.account.address, 0n, 0n]);
  const committee = drawn.map(({ account }) => account.address.toLowerCase());
  const keys = drawn.map(({ key }) => key);
  const genesis = { network: NETWORK, modelDigest: '01'.repeat(32), committee };
  await client.initialiseModelRegistry(reader, owner, registry, {
    ...genesis,
    ...(isAggregated ? { keys } : {}),
  });
  const domain = { chainId: anvil.chainId, contract: registry };
  const decision: client.RoundDecision = {
    ...{ network: NETWORK, epoch: 0, round: 9, view: 0, outcome: 'accepted', version: 1 },
    ...{ modelDigest: 'cd'.repeat(32), entryDigest: 'ef'.repeat(32) },
  };
  const signers = spread(size, count);
  const result = await client.publishModel(
    reader,
    owner,
    registry,
    isAggregated
      ? {
          decision,
          keys,
          aggregate: {
            signers,
            signature: sign(drawn, signers, client.roundDecisionDigest(domain, decision)),
          },
        }
      : {
          decision,
          committee,
          signatures: await Promise.all(
            drawn.flatMap(({ account }, index) =>
              signers.includes(index)
                ? [
                    client
                      .signRoundDecision(account, domain, decision)
                      .then((signature) => ({ index, signature })),
                  ]
                : [],
            ),
          ),
        },
  );
  if (result.status !== 'published') throw new Error('published before');
  return result.gasUsed;
}

function sign(drawn: readonly Member[], signers: readonly number[], digest: string): Uint8Array {
  const secrets = signers.map((i) => drawn[i]?.secret ?? 0n);
  return signBls(Fn.toBytes(secrets.reduce((sum, secret) => Fn.add(sum, secret), 0n)), 'vote', digest);
}

/** Gas of checking votes alone: with the absent members' keys proven, and with every key in calldata. */
async function check(
  probe: { readonly abi: Abi; readonly address: Hex },
  size: number,
  count: number,
): Promise<[proven: number, listed: number]> {
  const drawn = members.slice(0, size);
  const keys = drawn.map(({ key }) => key);
  const signers = spread(size, count);
  const digest = 'cd'.repeat(32);
  const signature = sign(drawn, signers, digest);
  const vote = encodeAggregateVote(keys, { signers, signature });
  const all = Uint8Array.from(keys.flatMap((key) => [...encodeKeyForChain(key)]));
  const call = (functionName: string, args: readonly unknown[]) =>
    send({ to: probe.address, data: encodeFunctionData({ abi: probe.abi, functionName, args }) });
  const word = wordFromDigest(digest);
  const commitment = wordFromDigest(committeeKeysCommitment(keys));
  const listed = [
    word,
    keccak256(all),
    vote.signers,
    hexFromBytes(all),
    hexFromBytes(encodeSignatureForChain(signature)),
  ];
  const proven = await call('proven', [word, commitment, BigInt(size), vote]);
  return [Number(proven), Number(await call('listed', listed))];
}

try {
  const [compiled] = compileContracts(root, ['GasProbe'], 'contracts/test');
  if (compiled === undefined) throw new Error('expected GasProbe');
  const abi = compiled.abi as Abi;
  const probe = { abi, address: await create(abi, compiled.bytecode, []) };
  console.log('Gas of whole transactions on a local chain; q of N members sign unless all do.');
  console.log(`| ${COLUMNS.join(' | ')} |\n|${'---|'.repeat(COLUMNS.length)}`);
  for (const size of SIZES) {
    const q = quorum(size);
    const publications = [
      await publish(size, q, false),
      await publish(size, q, true),
      await publish(size, size, true),
    ];
    const [some, someListed] = await check(probe, size, q);
    const [all, allListed] = await check(probe, size, size);
    const minSig = some - HASH_TO_G1_SAVES + (size - q) * ABSENT_IN_G2_COSTS;
    const counts = [size, q, ...publications.map(Number), some, minSig];
    const ratios = [someListed / some, allListed / all].map((ratio) => ratio.toFixed(2));
    console.log(`| ${[...counts.map((n) => n.toLocaleString('en-GB')), ...ratios].join(' | ')} |`);
  }
} finally {
  await anvil.stop();
}
