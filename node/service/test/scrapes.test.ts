import { expect } from 'chai';
import type { ParameterJson } from '../../api/index.ts';
import { createMetrics } from '../../metrics/index.ts';
import type { ChainLink } from '../../runtime/index.ts';
import { chainGauges } from '../chain-metrics.ts';
import { withView } from '../node-service.ts';
import { PrivacyAccounts } from '../privacy-accounts.ts';
import { document, fakeNode } from './support.ts';

const LINK = {} as ChainLink;
const silence = () => new Promise<never>(() => undefined);

/** A chain that answers when it is told to, and how often it was asked. */
function slowChain() {
  let asked = 0;
  let answer = Promise.withResolvers<number>();
  const version = () => {
    asked += 1;
    return answer.promise;
  };
  const none = async () => [] as ParameterJson[];
  return {
    readings: {
      version,
      parameters: none,
      breaker: async () => ({ severity: 0, halts: [] }) as never,
      overrides: none as never,
    },
    asked: () => asked,
    async say(value: number) {
      answer.resolve(value);
      await new Promise((done) => setImmediate(done));
      answer = Promise.withResolvers<number>();
    },
  };
}

describe('service: scrapes', () => {
  it('wait for a silent chain once, not each time, and have what it says when it has said it', async () => {
    const metrics = createMetrics({ now: () => 0, withProcess: false });
    const chain = slowChain();
    const readChain = chainGauges(metrics, chain.readings);
    for (let i = 0; i < 3; i++) await readChain({ link: LINK });
    expect(chain.asked()).to.equal(1);
    expect(await metrics.text()).to.include('ballast_chain_version 0\n');
    await chain.say(7);
    expect(await metrics.text()).to.include('ballast_chain_version 7\n');
    const reading = readChain({ link: LINK });
    expect(chain.asked()).to.equal(2);
    await chain.say(8);
    await reading;
    expect(await metrics.text()).to.include('ballast_chain_version 8\n');
  });

  it('that come at once are one reading and one text, and the next is another', async () => {
    const node = fakeNode();
    let read = 0;
    const view = () => {
      read += 1;
      return node.view();
    };
    const metrics = createMetrics({ now: () => 0, withProcess: false });
    const readings = { version: silence, parameters: silence, breaker: silence, overrides: silence };
    const { text } = withView(metrics, view, new PrivacyAccounts(document.parameters), readings);
    const [first, ...others] = await Promise.all(Array.from({ length: 10 }, () => text()));
    expect(new Set(others)).to.deep.equal(new Set([first]));
    const once = read;
    await text();
    expect(read).to.equal(2 * once);
  });
});
