import { BlockList } from 'node:net';
import { type Multiaddr, multiaddr } from '@multiformats/multiaddr';
import { type NodeId, publicKeyFromNodeId } from '../../protocol/ids.ts';
import { AddressError } from './errors.ts';
import { isListenAddress } from './listen-address.ts';

/** A multiaddr with the id of the peer that it leads to. */
export type PeerAddress = { readonly peer: NodeId; readonly address: Multiaddr };

/** @throws AddressError `ADDRESS_MALFORMED` unless `text` is like /ip4/192.0.2.1/tcp/4001/p2p/12D3KooW…. */
export function parsePeerAddress(text: string): PeerAddress {
  const parsed = tryParsePeerAddress(text);
  if (parsed !== undefined) return parsed;
  throw new AddressError('ADDRESS_MALFORMED', `peer address: got ${JSON.stringify(text.slice(0, 200))}`, {
    metadata: { address: text.slice(0, 200) },
    hint: 'expected a TCP multiaddr with a peer id, such as /ip4/192.0.2.1/tcp/4001/p2p/12D3KooW…',
  });
}

export function tryParsePeerAddress(text: string): PeerAddress | undefined {
  try {
    const address = multiaddr(text);
    const parts = address.getComponents();
    const [host, transport, last] = parts;
    const peer = last?.value;
    if (parts.length !== 3 || transport?.name !== 'tcp' || last?.name !== 'p2p' || peer === undefined) {
      return undefined;
    }
    if (!/^(ip4|ip6|dns|dns4|dns6)$/.test(host?.name ?? '')) return undefined;
    publicKeyFromNodeId(peer);
    return { peer, address };
  } catch {
    return undefined;
  }
}

/** @throws AddressError `ADDRESS_MALFORMED` unless `text` is like /ip4/127.0.0.1/tcp/0. */
export function requireListenAddress(text: string): void {
  if (isListenAddress(text)) return;
  throw new AddressError('ADDRESS_MALFORMED', `listen address: got ${JSON.stringify(text.slice(0, 200))}`, {
    metadata: { address: text.slice(0, 200) },
    hint: 'expected a TCP multiaddr, such as /ip4/127.0.0.1/tcp/0',
  });
}

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** Addresses that only mean something within one machine or one site (RFC 1918, 3927, 4193, 4291, 6598). */
const local = new BlockList();
local.addSubnet('0.0.0.0', 8, 'ipv4');
local.addSubnet('10.0.0.0', 8, 'ipv4');
local.addSubnet('100.64.0.0', 10, 'ipv4');
local.addSubnet('127.0.0.0', 8, 'ipv4');
local.addSubnet('169.254.0.0', 16, 'ipv4');
local.addSubnet('172.16.0.0', 12, 'ipv4');
local.addSubnet('192.168.0.0', 16, 'ipv4');
local.addAddress('::1', 'ipv6');
local.addAddress('::', 'ipv6');
local.addSubnet('fc00::', 7, 'ipv6');
local.addSubnet('fe80::', 10, 'ipv6');

export function isLoopback(address: Multiaddr): boolean {
  return within(loopback, address);
}

/** Whether the address is an IP address of this machine or its site. Names are not looked up. */
export function isLocal(address: Multiaddr): boolean {
  return within(local, address);
}

function within(list: BlockList, address: Multiaddr): boolean {
  const host = address.getComponents()[0];
  if (host?.value === undefined) return false;
  if (host.name === 'ip4') return list.check(host.value, 'ipv4');
  return host.name === 'ip6' && list.check(host.value, 'ipv6');
}
