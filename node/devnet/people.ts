import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { devAccount } from '../../contracts/client/index.ts';
import { BallastError } from '../../protocol/errors.ts';
import { sealStakeKeystore } from '../keys/index.ts';
import { devnetPeople } from './suite.ts';

/** In a devnet's folder: the keystores of its people, and the file with their one password. */
export const PEOPLE_FOLDER = 'people';

/**
 * Writes keystores of a devnet's guardian and identities, so that the commands of people can be rehearsed:
 * `people/guardian.json`, `people/identity-1.json` … `-4`, with `people/password`.
 */
export async function writePeople(dataDir: string, scryptCost: number): Promise<void> {
  const folder = join(dataDir, PEOPLE_FOLDER);
  const password = randomBytes(24).toString('base64url');
  await mkdir(folder, { mode: 0o700 });
  await writeFile(join(folder, 'password'), `${password}\n`, { mode: 0o600 });
  const { guardian, identities } = devnetPeople();
  const people = [
    ['guardian', guardian],
    ...identities.map((identity, i) => [`identity-${i + 1}`, identity] as const),
  ] as const;
  await Promise.all(
    people.map(([name, account]) =>
      sealStakeKeystore(join(folder, `${name}.json`), keyOf(account), password, { scryptCost }),
    ),
  );
}

function keyOf(account: ReturnType<typeof devAccount>): Buffer {
  const { privateKey } = account.getHdKey();
  if (privateKey === null) throw new BallastError('DEVNET_KEY', `${account.address}: got no key of a devnet`);
  return Buffer.from(privateKey);
}
