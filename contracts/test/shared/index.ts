import { blsVectors } from './bls.ts';
import { equivocationVectors } from './equivocation.ts';
import { merkleVectors } from './merkle.ts';
import { offenceVectors } from './offences.ts';
import { parameterVectors } from './parameters.ts';
import { referenceVectors } from './reference.ts';
import { ruleVectors } from './rules.ts';

/** Where the vectors lie that TypeScript makes and Solidity's tests read, relative to the root. */
export const VECTORS_FOLDER = 'contracts/test/vectors';

/** File name within {@link VECTORS_FOLDER} to its text. */
export async function sharedVectors(): Promise<ReadonlyMap<string, string>> {
  const files = {
    'bls.json': blsVectors(),
    'equivocation.json': await equivocationVectors(),
    'merkle.json': merkleVectors(),
    'offences.json': offenceVectors(),
    'parameters.json': parameterVectors(),
    'reference.json': referenceVectors(),
    'rules.json': ruleVectors(),
  };
  return new Map(Object.entries(files).map(([file, value]) => [file, `${JSON.stringify(value, null, 2)}\n`]));
}
