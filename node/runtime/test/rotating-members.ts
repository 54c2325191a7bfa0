import { readFile } from 'node:fs/promises';
import type { Certificate } from '../../../coordinator/index.ts';
import { decodeCanonical, encodeCanonical } from '../../../protocol/encoding.ts';
import type { NetworkDocument } from '../../../protocol/network.ts';
import { LevelStore } from '../../store/level-store.ts';
import { certified, desksOf, epochsOf, openLink, operators } from './epochs-on-chain.ts';

/**
 * Members whose epoch ends: in their first life they certify its last entry, store it and publish its version; in every
 * life as many as are asked for sign the rotation, and one of them hands it in. They say each step on a line.
 */
const [folder = '', file = '', rpcUrl = '', speakers = '0'] = process.argv.slice(2);
const say = (step: string) => process.stdout.write(`${step}\n`);
const KEY = 'round/log/3';

const document = JSON.parse(await readFile(file, 'utf8')) as NetworkDocument;
const identities = operators(0x70);
const [first] = epochsOf(identities);
if (first === undefined) throw new Error('there are two epochs');
const links = await Promise.all(identities.map((identity) => openLink(document, rpcUrl, identity)));
const store = await LevelStore.open(folder);
const stored = await store.get(KEY);
const certificate =
  stored === undefined
    ? await certified(links, identities, first.committee, 3, 1)
    : (decodeCanonical(stored) as unknown as Certificate);
const { signal } = new AbortController();
const [link] = links;
if (link === undefined) throw new Error('there are four members');
if (stored === undefined) {
  await store.write([{ type: 'put', key: KEY, value: encodeCanonical(certificate) }]);
  await link.publish(certificate, first.committee, signal);
}
const desks = desksOf(links, identities, certificate, {
  said: () => say('said'),
  emit: () => undefined,
  signal,
});
const speaking = desks.slice(0, Number(speakers)).map((desk) => desk.speak());
await desks[0]?.rotate(certificate, signal);
say('rotated');
await Promise.all(speaking);
await store.close();
