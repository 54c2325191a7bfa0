import { type Digest, isDigest } from '../../protocol/digest.ts';
import { PARAMETER_SETTINGS } from './parameter-settings.ts';
import { parameterId } from './parameters.ts';

const NAMES = PARAMETER_SETTINGS.flatMap(({ name }) => [name, ...name.split('/').slice(1)]);

/** Names of parameters and collaterals by their ids, as far as they are the reference core's. */
export const KNOWN_NAMES: ReadonlyMap<Digest, string> = new Map(
  NAMES.map((name) => [parameterId(name), name]),
);

/** The id of what a person names: 64 hexadecimal digits as they are, else keccak256 of the name. */
export function idOfName(text: string): Digest {
  const bare = text.replace(/^0x/, '').toLowerCase();
  return isDigest(bare) ? bare : parameterId(text);
}
