import { type Abi, type AbiParameter, decodeFunctionData, isAddressEqual } from 'viem';
import type { Digest } from '../../protocol/digest.ts';
import { BallastError } from '../../protocol/errors.ts';
import {
  actionsDigest,
  type ProposalCall,
  type ProposalHeader,
  type ProposalType,
  parseProposalHeader,
  proposalHeader,
} from './proposal-header.ts';

/** A contract that proposals may call, as people know it. */
export type KnownContract = { readonly name: string; readonly address: string; readonly abi: Abi };

/** What is needed to write calls for people. */
export type ProposalDirectory = {
  readonly contracts: readonly KnownContract[];
  /** Names of bytes32 values, such as parameters' ids, by the value without 0x. */
  readonly names?: ReadonlyMap<Digest, string>;
};

export type ProposalDraft = {
  readonly type: ProposalType;
  readonly calls: readonly ProposalCall[];
  /** Digest of the published justification. */
  readonly justification: Digest;
  /** What people say about it; comes after the header and the calls. */
  readonly text: string;
};

/** A proposal as a chain's event tells it. */
export type PublishedProposal = { readonly calls: readonly ProposalCall[]; readonly description: string };

/** Bounds of contracts/src/governance/BallastGovernor.sol. */
export const PROPOSAL_LIMITS = { calls: 16, descriptionBytes: 16_384, calldataBytes: 32_768 } as const;

const MAX_DEPTH = 8;

/**
 * The description that the governor accepts for these calls: the header, the calls in words, then the text.
 *
 * @throws BallastError `PROPOSAL_SIZE`, `PROPOSAL_CALL_UNKNOWN` or `PROPOSAL_JUSTIFICATION`.
 */
export function describeProposal(draft: ProposalDraft, directory: ProposalDirectory): string {
  const header = { ...draft, actions: actionsDigest(draft.calls) };
  const description = `${opening(header, draft.calls, directory)}\n${draft.text}`;
  requireSize(draft.calls, description);
  return description;
}

/**
 * Checks that a description says what its calls do, before anybody votes on the words.
 *
 * @returns the header and the calls in words.
 * @throws BallastError `PROPOSAL_HEADER`; `PROPOSAL_MISMATCH` when the header names other calls, or the words are not
 *   those of the calls; `PROPOSAL_CALL_UNKNOWN` when a call cannot be put in words; `PROPOSAL_SIZE`.
 */
export function verifyProposal(
  { calls, description }: PublishedProposal,
  directory: ProposalDirectory,
): { readonly header: ProposalHeader; readonly calls: readonly string[] } {
  requireSize(calls, description);
  const header = parseProposalHeader(description);
  const actions = actionsDigest(calls);
  if (header.actions !== actions) {
    throw mismatch(`the description names the calls ${header.actions}, the calls are ${actions}`);
  }
  const expected = `${opening(header, calls, directory)}\n`;
  if (!description.startsWith(expected)) throw mismatch('the words are not those of the calls');
  return { header, calls: calls.map((call) => describeCall(call, directory)) };
}

/** What people say about a proposal: all that follows header and calls; undefined for a description without these. */
export function proposalText(description: string): string | undefined {
  const [opened] = /^ballast-proposal[^\n]*\n\nCalls:\n(?:\d+\. [^\n]*\n)+\n/.exec(description) ?? [];
  return opened === undefined ? undefined : description.slice(opened.length);
}

/**
 * One call in words, such as `GovernanceBridge.approve(proposalId: 3)`.
 *
 * @throws BallastError `PROPOSAL_CALL_UNKNOWN` when the contract or the function is not known.
 */
export function describeCall(
  { target, value, data }: ProposalCall,
  { contracts, names }: ProposalDirectory,
): string {
  const wei = value === 0n ? '' : ` with ${value} wei`;
  if (data === '0x') return `send ${value} wei to ${target.toLowerCase()}`;
  const contract = contracts.find(({ address }) => isAddressEqual(address as `0x${string}`, target));
  if (contract === undefined) throw unknownCall(`${target} is no known contract`);
  try {
    const { functionName, args = [] } = decodeFunctionData({ abi: contract.abi, data });
    const item = contract.abi.find((entry) => entry.type === 'function' && entry.name === functionName);
    const inputs = item?.type === 'function' ? item.inputs : [];
    const words = inputs.map((input, i) => `${input.name ?? i}: ${valueWords(input, args[i], names, 0)}`);
    return `${contract.name}.${functionName}(${words.join(', ')})${wei}`;
  } catch (cause) {
    if (cause instanceof BallastError) throw cause;
    throw unknownCall(`${contract.name} has no function ${data.slice(0, 10)} with such arguments`, cause);
  }
}

function opening(
  header: ProposalHeader,
  calls: readonly ProposalCall[],
  directory: ProposalDirectory,
): string {
  const words = calls.map((call, i) => `${i + 1}. ${describeCall(call, directory)}`);
  return `${[proposalHeader(header), '', 'Calls:', ...words].join('\n')}\n`;
}

function valueWords(
  parameter: AbiParameter,
  value: unknown,
  names: ProposalDirectory['names'],
  depth: number,
): string {
  if (depth > MAX_DEPTH) throw unknownCall(`arguments deeper than ${MAX_DEPTH}`);
  const array = /^(.*)\[\d*\]$/.exec(parameter.type);
  if (array !== null && Array.isArray(value)) {
    const element = { ...parameter, type: array[1] ?? '' };
    return `[${value.map((item: unknown) => valueWords(element, item, names, depth + 1)).join(', ')}]`;
  }
  if ('components' in parameter && typeof value === 'object' && value !== null) {
    const fields = parameter.components.map((component) => {
      const field: unknown = Reflect.get(value, component.name ?? '');
      return `${component.name}: ${valueWords(component, field, names, depth + 1)}`;
    });
    return `{${fields.join(', ')}}`;
  }
  if (typeof value !== 'string') return String(value);
  if (parameter.type === 'string') return JSON.stringify(value);
  const name = parameter.type === 'bytes32' ? names?.get(value.slice(2).toLowerCase()) : undefined;
  return name ?? value.toLowerCase();
}

function requireSize(calls: readonly ProposalCall[], description: string): void {
  const bytes = {
    calls: calls.length,
    descriptionBytes: new TextEncoder().encode(description).length,
    calldataBytes: calls.reduce((sum, { data }) => sum + (data.length - 2) / 2, 0),
  };
  for (const key of ['calls', 'descriptionBytes', 'calldataBytes'] as const) {
    if (bytes[key] > PROPOSAL_LIMITS[key] || bytes.calls === 0) {
      throw new BallastError(
        'PROPOSAL_SIZE',
        `proposal: ${key} is ${bytes[key]}, expected 1 to ${PROPOSAL_LIMITS[key]}`,
        { metadata: { ...bytes } },
      );
    }
  }
}

const mismatch = (reason: string) =>
  new BallastError('PROPOSAL_MISMATCH', `proposal: ${reason}`, {
    hint: 'do not vote for it: its description does not say what it does',
  });

const unknownCall = (reason: string, cause?: unknown) =>
  new BallastError('PROPOSAL_CALL_UNKNOWN', `proposal: ${reason}`, {
    cause,
    hint: 'name the contract in the directory, or do not vote for what nobody can read',
  });
