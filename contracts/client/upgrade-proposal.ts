import {
  type Abi,
  type AbiFunction,
  encodeFunctionData,
  type Hex,
  keccak256,
  toEventSelector,
  toFunctionSelector,
} from 'viem';
import { BallastError } from '../../protocol/errors.ts';
import { moduleRegistryAbi } from './generated/module-registry.ts';
import { type ModuleRecord, versionNumber } from './module-registry.ts';
import type { ProposalDraft } from './proposal-description.ts';
import { requireCompatibleLayout, type StorageLayout } from './storage-layout.ts';
import { lowerCaseAddress, wordFromDigest } from './words.ts';

/** What a version of a module is, beside its code. */
export type ModuleVersion = {
  /** Such as `1.2.0`. */
  readonly version: string;
  readonly abi: Abi;
  readonly layout: StorageLayout;
};

export type UpgradePlan = {
  /** Address of the module registry. */
  readonly registry: string;
  /** The module as it runs, from {@link readModules}. */
  readonly module: ModuleRecord;
  readonly running: ModuleVersion;
  readonly next: ModuleVersion;
  /** Address of the next version's code. */
  readonly implementation: string;
  /** That code as the chain has it: the proposal names its hash, and the registry checks it again. */
  readonly code: Hex;
  /** Call that the module makes to its new code; none unless given. */
  readonly data?: Hex;
  readonly justification: string;
  readonly text: string;
};

/**
 * The proposal of an upgrade, after the checks that a chain cannot make.
 *
 * @throws BallastError `UPGRADE_STALE` when the plan is not about the version that runs; `UPGRADE_NOT_LATER`;
 *   `UPGRADE_WITHOUT_CODE`; `STORAGE_LAYOUT_BROKEN`; `UPGRADE_BREAKS_CALLERS` when the major version stays and a function
 *   or an event goes.
 */
export function draftUpgrade(plan: UpgradePlan): ProposalDraft {
  const { module, running, next } = plan;
  if (running.version !== module.version) {
    throw refusal('UPGRADE_STALE', `the plan is for ${running.version}, ${module.version} runs`);
  }
  if (versionNumber(next.version) <= versionNumber(running.version)) {
    throw refusal('UPGRADE_NOT_LATER', `got ${next.version}, expected one after ${running.version}`);
  }
  if (!/^0x(?:[0-9a-f]{2})+$/i.test(plan.code) || /^0xef/i.test(plan.code)) {
    throw refusal('UPGRADE_WITHOUT_CODE', `${plan.implementation} has no code of its own`);
  }
  requireCompatibleLayout(module.key, running.layout, next.layout);
  requireCallersServed(running, next);
  const data = encodeFunctionData({
    abi: moduleRegistryAbi,
    functionName: 'upgrade',
    args: [
      wordFromDigest(module.key),
      lowerCaseAddress(plan.implementation),
      keccak256(plan.code),
      plan.data ?? '0x',
    ],
  });
  return {
    type: 'protocol_upgrade',
    calls: [{ target: lowerCaseAddress(plan.registry), value: 0n, data }],
    justification: plan.justification,
    text: plan.text,
  };
}

/** Functions and events that one ABI has and the other lacks, as signatures' hashes with names. */
export function lostFromAbi(before: Abi, after: Abi): string[] {
  const left = new Set(after.flatMap((item) => signatureOf(item)?.id ?? []));
  return before.flatMap((item) => {
    const signature = signatureOf(item);
    return signature === undefined || left.has(signature.id) ? [] : [signature.name];
  });
}

function requireCallersServed(running: ModuleVersion, next: ModuleVersion): void {
  const major = (version: string) => versionNumber(version) >> 64n;
  if (major(next.version) > major(running.version)) return;
  const lost = lostFromAbi(running.abi, next.abi);
  if (lost.length === 0) return;
  throw new BallastError(
    'UPGRADE_BREAKS_CALLERS',
    `upgrade: ${next.version} has lost ${lost.join(', ')} of ${running.version}`,
    { metadata: { lost }, hint: 'keep them, or raise the major version' },
  );
}

function signatureOf(item: Abi[number]): { readonly id: Hex; readonly name: string } | undefined {
  if (item.type === 'function') {
    const answers = JSON.stringify(item.outputs.map(typeText));
    return { id: `${toFunctionSelector(item)}${answers}` as Hex, name: item.name };
  }
  return item.type === 'event' ? { id: toEventSelector(item), name: item.name } : undefined;
}

/** A type with its components: what a caller that decodes an answer relies on. */
function typeText(parameter: AbiFunction['outputs'][number]): string {
  if (!('components' in parameter)) return parameter.type;
  return `${parameter.type}(${parameter.components.map(typeText).join(',')})`;
}

const refusal = (code: string, reason: string) => new BallastError(code, `upgrade: ${reason}`);
