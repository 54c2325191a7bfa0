import { isIPv4, isIPv6 } from 'node:net';
import { multiaddr } from '@multiformats/multiaddr';

/** A free port of localhost. */
export const DEFAULT_LISTEN: readonly string[] = ['/ip4/127.0.0.1/tcp/0'];

/** Whether `text` is a multiaddr to listen on, like /ip4/127.0.0.1/tcp/0. */
export function isListenAddress(text: string): boolean {
  try {
    const [host, transport, ...more] = multiaddr(text).getComponents();
    return /^ip[46]$/.test(host?.name ?? '') && transport?.name === 'tcp' && more.length === 0;
  } catch {
    return false;
  }
}

/** What was expected in the place of a wrong address, and the address that was probably meant. */
export function expectedListenAddress(text: string): string {
  const meant = meantAddress(text);
  const shown = JSON.stringify(text.slice(0, 200));
  const expected = `got ${shown}, expected a TCP multiaddr such as /ip4/127.0.0.1/tcp/4001`;
  return meant === undefined ? expected : `${expected}; did you mean ${meant}?`;
}

function meantAddress(text: string): string | undefined {
  const written = /^(?:tcp:\/\/)?(?:\[([\da-f:]+)\]|([\d.]+)):(\d{1,5})$/i.exec(text);
  const host = written?.[1] ?? written?.[2];
  if (written !== null && host !== undefined) return usable(`/${family(host)}/${host}/tcp/${written[3]}`);
  const [, , address, , port] = text.split('/');
  if (address === undefined) return undefined;
  return usable(`/${family(address)}/${address}/tcp/${port ?? '0'}`);
}

const family = (host: string): string => (isIPv4(host) ? 'ip4' : isIPv6(host) ? 'ip6' : 'dns');
const usable = (address: string): string | undefined => (isListenAddress(address) ? address : undefined);
