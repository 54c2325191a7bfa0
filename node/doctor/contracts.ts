import { type Address, formatEther } from 'viem';
import {
  type ChainReader,
  chainHead,
  operatorRecord,
  ownerOfSigner,
  parameterState,
  STABILITY_FEE,
  VALUE_LIMIT,
} from '../../contracts/client/index.ts';
import { type NetworkDocument, networkId } from '../../protocol/network.ts';
import { formatWadPercent } from '../../protocol/units.ts';
import { attempt } from './attempt.ts';
import { type Finding, ok, problem, warning } from './finding.ts';
import type { NodeNames } from './keys.ts';

const NO_NETWORK = '0'.repeat(64);
/** Below this a hot key may run dry within hours: some ten publications at 10 gwei. */
const LEAST_BALANCE = 10n ** 16n;

/** What the chain says of the network: code at its addresses, its id, its bounds, and this node's registration. */
export async function checkContracts(
  reader: ChainReader,
  document: NetworkDocument,
  names: NodeNames | undefined,
): Promise<readonly Finding[]> {
  const missing = await missingCode(reader, document);
  if (missing.length > 0) {
    const message = `no code of ${missing.join(', ')} at the address in network.json`;
    return [problem('contracts', message, 'take the network.json that the network’s deployer hands out')];
  }
  const count = Object.keys(document.contracts).length;
  const findings = [
    ok('contracts', `code at all ${count} addresses`),
    await checkNetwork(reader, document),
    await checkBounds(reader, document),
  ];
  if (names === undefined) return findings;
  return [...findings, await checkRegistration(reader, document, names), await checkBalance(reader, names)];
}

async function missingCode(reader: ChainReader, { contracts }: NetworkDocument): Promise<string[]> {
  const entries = Object.entries(contracts) as [string, Address][];
  const codes = await Promise.all(entries.map(([, address]) => reader.getCode({ address })));
  return entries.filter((_, i) => (codes[i] ?? '0x') === '0x').map(([name]) => name);
}

async function checkNetwork(reader: ChainReader, document: NetworkDocument): Promise<Finding> {
  const read = await attempt('network', () => chainHead(reader, document.contracts.modelRegistry));
  if ('failure' in read) return read.failure;
  const { network, version, epoch } = read.value;
  if (network === NO_NETWORK)
    return problem('network', 'it has not been activated', 'whoever deployed it runs ballast activate');
  const id = networkId(document);
  if (network === id) return ok('network', `${id.slice(0, 12)}, version ${version}, epoch ${epoch}`);
  const message = `got network ${network.slice(0, 12)} on the chain, ${id.slice(0, 12)} in network.json`;
  return problem('network', message, 'take the network.json that was activated, without a change');
}

async function checkBounds(reader: ChainReader, { contracts }: NetworkDocument): Promise<Finding> {
  const read = await attempt('bounds', () => parameterState(reader, contracts, STABILITY_FEE));
  if ('failure' in read) return read.failure;
  const { value, limits } = read.value;
  const { min, max, stepUp, stepDown } = limits;
  const text = `STABILITY_FEE ${formatWadPercent(value)} within ${formatWadPercent(min)} and ${formatWadPercent(max)}, steps of ${formatWadPercent(stepUp)} up and ${formatWadPercent(stepDown)} down`;
  if (min >= max || max >= VALUE_LIMIT - 1n)
    return problem(
      'bounds',
      `${text}: they bind nothing`,
      'ask governance; ballast contracts compares the code',
    );
  if (value < min || value > max) return warning('bounds', text, 'only governance can have set it there');
  return ok('bounds', text);
}

async function checkRegistration(
  reader: ChainReader,
  { contracts }: NetworkDocument,
  { nodeId, address }: NodeNames,
): Promise<Finding> {
  const registry = contracts.nodeRegistry;
  const register =
    'ballast register posts the bond; until then the node is a guest, and neither trains nor votes';
  const read = await attempt('registration', async () => {
    const owner = await ownerOfSigner(reader, registry, address);
    return owner === undefined ? undefined : { owner, ...(await operatorRecord(reader, registry, owner)) };
  });
  if ('failure' in read) return read.failure;
  const record = read.value;
  if (record === undefined || record.status === 'none')
    return problem('registration', `hot key ${address} is not registered`, register);
  if (record.node !== nodeId)
    return problem(
      'registration',
      `hot key ${address} is registered for node ${record.node}, expected ${nodeId}`,
      'use the keystore that was registered',
    );
  if (record.status === 'exiting')
    return warning(
      'registration',
      `owner ${record.owner} is leaving`,
      'ballast exit takes the bond back when it is due',
    );
  return ok('registration', `owner ${record.owner}, bond ${formatEther(record.bond)} ETH`);
}

async function checkBalance(reader: ChainReader, { address }: NodeNames): Promise<Finding> {
  const balance = await reader.getBalance({ address: address as Address });
  const text = `hot key holds ${formatEther(balance)} ETH`;
  if (balance >= LEAST_BALANCE) return ok('gas', text);
  return warning(
    'gas',
    `${text}, expected ${formatEther(LEAST_BALANCE)} at least`,
    `send ${address} some: it pays for publications`,
  );
}
