import type { LogRequest } from '../../coordinator/index.ts';
import type { Mutant } from './mutants.ts';

/** What a member is started with. */
export type MemberArguments = {
  /** Holds the member's keystore and database. */
  readonly folder: string;
  readonly seed: number;
  /** Node ids and signers of all members. */
  readonly members: readonly { readonly node: string; readonly signer: `0x${string}` }[];
  readonly mutant?: Mutant;
};

/** A request from one member to another, carried by the hub. */
export type Call =
  | { readonly name: 'fetch'; readonly digest: string }
  | { readonly name: 'log'; readonly request: LogRequest }
  | { readonly name: 'witness' };

/** What a member tells the hub. */
export type FromMember =
  | {
      readonly type: 'opened';
      readonly head: number;
      /** Digests of the releases that the ledger holds, by round. */
      readonly released: readonly { readonly round: number; readonly digest: string }[];
      readonly debits: number;
      readonly epsilon: number;
    }
  | { readonly type: 'said'; readonly bytes: Uint8Array }
  | { readonly type: 'phase'; readonly round: number; readonly phase: string; readonly leads: boolean }
  | {
      readonly type: 'decided';
      readonly round: number;
      readonly entry: string;
      readonly nextBeaconHeight: number;
    }
  | { readonly type: 'failed'; readonly code: string; readonly message: string }
  | { readonly type: 'call'; readonly id: number; readonly to: string; readonly call: Call }
  | { readonly type: 'answer'; readonly id: number; readonly parts: readonly Uint8Array[] | null };

/** What the hub tells a member. */
export type ToMember =
  | { readonly type: 'begin'; readonly member: MemberArguments }
  | { readonly type: 'hear'; readonly bytes: Uint8Array }
  | { readonly type: 'height'; readonly height: number }
  | { readonly type: 'asked'; readonly id: number; readonly by: string; readonly call: Call }
  | { readonly type: 'answer'; readonly id: number; readonly parts: readonly Uint8Array[] | null };
