import { type AbiParameter, getAddress, type Hex, keccak256, pad, toHex } from 'viem';

/** The address that bears a role in the sweep: it follows from the role's name alone. */
export function addressOfRole(role: string): Hex {
  return getAddress(`0x${keccak256(toHex(`role ${role}`)).slice(26)}`);
}

/** A plausible value of a parameter: small numbers, one entry in a list, an address of its own for every name. */
export function plausible(parameter: AbiParameter): unknown {
  const { type, name = '' } = parameter;
  const array = /^(.*)\[(\d*)\]$/.exec(type);
  if (array !== null) {
    const [, inner = '', length = ''] = array;
    const one = { ...parameter, type: inner } as AbiParameter;
    return Array.from({ length: length === '' ? 1 : Number(length) }, () => plausible(one));
  }
  if (type === 'tuple') {
    const { components } = parameter as AbiParameter & { readonly components: readonly AbiParameter[] };
    return Object.fromEntries(components.map((each) => [each.name ?? '', plausible(each)]));
  }
  if (type === 'address') return addressOfRole(name === '' ? 'nobody' : name);
  if (type === 'bool') return true;
  if (type === 'string') return 'because';
  if (type === 'bytes') return '0x';
  const fixed = /^bytes(\d+)$/.exec(type);
  if (fixed !== null) return pad('0x01', { size: Number(fixed[1]) });
  const bits = Number(/^u?int(\d*)$/.exec(type)?.[1] ?? 0);
  if (bits === 0) throw new Error(`no plausible ${type}`);
  return bits <= 48 ? 1 : 1n;
}
