import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createKeystore } from '../../node/keys/index.ts';
import type { MemberArguments } from './ipc.ts';
import type { Mutant } from './mutants.ts';
import { PASSWORD, SCRYPT_COST } from './terms.ts';

export type KillCommittee = { readonly ids: readonly string[]; readonly members: readonly MemberArguments[] };

/** Keys of `size` members, each in a folder of its own under `root`. */
export async function createKillCommittee(
  root: string,
  size: number,
  seed: number,
  mutant?: Mutant,
): Promise<KillCommittee> {
  const identities = await Promise.all(
    Array.from({ length: size }, async (_, index) => {
      const folder = join(root, `member-${index}`);
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const path = join(folder, 'keystore.json');
      return { folder, identity: await createKeystore(path, PASSWORD, { scryptCost: SCRYPT_COST }) };
    }),
  );
  const members = identities.map(({ identity }) => ({
    node: identity.nodeId,
    signer: identity.account.address.toLowerCase() as `0x${string}`,
  }));
  return {
    ids: members.map(({ node }) => node),
    members: identities.map(({ folder }) => ({
      folder,
      seed,
      members,
      ...(mutant === undefined ? {} : { mutant }),
    })),
  };
}
