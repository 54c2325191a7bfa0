import { expect } from 'chai';
import fc from 'fast-check';
import type { NodeId } from '../../../protocol/ids.ts';
import type { Network, NetworkCollaborators, Refusal } from '../index.ts';
import { VOTE_LIMITS, VOTES_PROTOCOL } from '../limits.ts';
import { VoteQueue } from '../vote-queue.ts';
import { addressOf, failureCode, nextIdentity, startNode, stopAll, until, within } from './nodes.ts';
import { send, stopStrangers, stranger, streamOf } from './strangers.ts';

const TOPIC = '/ballast/test/1';
const bytes = (text: string) => new TextEncoder().encode(text);
const text = (message: Uint8Array) => new TextDecoder().decode(message);

/** A message with its length before it. */
function vote(message: Uint8Array): Uint8Array {
  const frame = new Uint8Array(4 + message.length);
  new DataView(frame.buffer).setUint32(0, message.length);
  frame.set(message, 4);
  return frame;
}

type Voter = { readonly network: Network; readonly heard: string[]; readonly refusals: Refusal[] };

/** A node that takes votes; `voters` is looked at anew each time. */
async function startVoter(
  voters: Set<NodeId>,
  options: Parameters<typeof startNode>[0] = {},
  collaborators: NetworkCollaborators = {},
): Promise<Voter> {
  const refusals: Refusal[] = [];
  const network = await startNode(options, {
    voters: () => voters,
    onRefused: (refusal) => refusals.push(refusal),
    ...collaborators,
  });
  voters.add(network.peerId);
  const heard: string[] = [];
  network.takeVotes((message) => {
    if (text(message).startsWith('bad')) return { action: 'reject', code: 'MESSAGE_BAD_SIGNATURE' };
    heard.push(text(message));
    return { action: 'accept' };
  });
  return { network, heard, refusals };
}

describe('votes over direct streams', () => {
  afterEach(async () => {
    await stopStrangers();
    await stopAll();
  });

  it('go from every member to every other once, and to nobody else', async () => {
    const voters = new Set<NodeId>();
    const hub = await startVoter(voters);
    const members = [hub];
    const addresses = () => members.map(({ network }) => addressOf(network));
    for (let i = 0; i < 2; i++) members.push(await startVoter(voters, { bootstrap: addresses() }));
    // It takes itself for a member, and the others do not.
    const outsider = await startVoter(new Set(voters), { bootstrap: addresses() });
    await until(() => members.every(({ network }) => network.peers().length === 3), 'connections');
    members.forEach(({ network }, i) => {
      network.sendVote(bytes(`vote ${i}`));
    });
    outsider.network.sendVote(bytes('vote of an outsider'));
    await until(() => members.every(({ heard }) => heard.length === 2), 'the votes');
    await until(
      () => members.every(({ refusals }) => refusals.some(({ code }) => code === 'VOTER_UNKNOWN')),
      'the outsider refused',
    );
    members.forEach(({ heard }, i) => {
      expect(heard.toSorted()).to.deep.equal([0, 1, 2].filter((j) => j !== i).map((j) => `vote ${j}`));
    });
    expect(outsider.heard).to.deep.equal([]);
  });

  it('follow the committee: who has left is not heard, who has come is', async () => {
    const voters = new Set<NodeId>();
    const a = await startVoter(voters);
    const b = await startVoter(voters, { bootstrap: [addressOf(a.network)] });
    b.network.sendVote(bytes('1'));
    await until(() => a.heard.length === 1, 'the vote of a member');
    voters.delete(b.network.peerId);
    b.network.sendVote(bytes('2'));
    a.network.sendVote(bytes('to nobody'));
    voters.add(b.network.peerId);
    b.network.sendVote(bytes('3'));
    await until(() => a.heard.includes('3'), 'the vote of the member that is back');
    expect([a.heard, b.heard]).to.deep.equal([['1', '3'], []]);
  });

  it('reach a member that was away once it is back', async () => {
    const voters = new Set<NodeId>();
    const a = await startVoter(voters);
    const key = await nextIdentity().transportKey();
    const first = await startVoter(voters, { privateKey: key, bootstrap: [addressOf(a.network)] });
    a.network.sendVote(bytes('before'));
    await until(() => first.heard.length === 1, 'the vote before');
    const address = addressOf(first.network).replace(/\/p2p\/.*/, '');
    await first.network.stop();
    a.network.sendVote(bytes('meanwhile'));
    const second = await startVoter(voters, {
      privateKey: key,
      listen: [address],
      bootstrap: [addressOf(a.network)],
    });
    await until(() => {
      if (second.heard.length === 0) a.network.sendVote(bytes('said again'));
      return second.heard.includes('said again');
    }, 'the vote said again');
  });

  it('are judged ahead of a backlog of gossip', async () => {
    const voters = new Set<NodeId>();
    const judged: string[] = [];
    const hub = await startVoter(voters);
    hub.network.takeVotes((message) => {
      judged.push(text(message));
      return { action: 'accept' };
    });
    hub.network.subscribe(
      TOPIC,
      (message) => {
        const from = performance.now();
        while (performance.now() - from < 0.5);
        judged.push(text(message));
        return { action: 'accept' };
      },
      () => undefined,
    );
    const peer = await startVoter(voters, { bootstrap: [addressOf(hub.network)] });
    await peer.network.ready(TOPIC, 1, within(5000));
    peer.network.sendVote(bytes('vote 0'));
    await until(() => judged.includes('vote 0'), 'the stream of votes');
    const backlog = Array.from({ length: 300 }, (_, i) => peer.network.publish(TOPIC, bytes(`gossip ${i}`)));
    await until(() => judged.length > 10, 'the backlog');
    peer.network.sendVote(bytes('vote 1'));
    await Promise.all(backlog);
    await until(() => judged.length === 302, 'everything');
    expect(judged.indexOf('vote 1')).to.be.below(200);
  });

  it('of the wrong length cost whoever brings them, and end the stream', async () => {
    const voters = new Set<NodeId>();
    const hub = await startVoter(voters);
    for (const [length, code] of [
      [0, 'MESSAGE_MALFORMED'],
      [VOTE_LIMITS.messageBytes + 1, 'MESSAGE_TOO_LARGE'],
    ] as const) {
      const liar = await stranger();
      voters.add(liar.peerId.toString());
      const stream = await streamOf(liar, hub.network, VOTES_PROTOCOL);
      const head = new Uint8Array(4);
      new DataView(head.buffer).setUint32(0, length);
      await send(stream, head);
      await until(() => stream.status !== 'open', 'the stream ended');
      expect(hub.refusals.at(-1)).to.deep.equal({
        peer: liar.peerId.toString(),
        topic: VOTES_PROTOCOL,
        action: 'reject',
        code,
        score: -5,
      });
    }
    expect(await failureCode(sendTooMuch(hub.network))).to.equal('MESSAGE_TOO_LARGE');
  });

  it('that are refused cost a member its connection', async () => {
    const voters = new Set<NodeId>();
    const hub = await startVoter(voters, {}, { now: () => 0 });
    const liar = await stranger();
    voters.add(liar.peerId.toString());
    const stream = await streamOf(liar, hub.network, VOTES_PROTOCOL);
    for (let i = 0; i < 20; i++) await send(stream, vote(bytes(`bad ${i}`))).catch(() => undefined);
    await until(() => hub.network.peers().length === 0, 'the cut');
    expect(hub.refusals.map(({ score }) => score)).to.deep.equal([-5, -10, -15, -20]);
  });

  it('beyond the rate of a member are read later, not lost and not at once', async () => {
    const voters = new Set<NodeId>();
    let now = 0;
    const hub = await startVoter(voters, {}, { now: () => now });
    const eager = await stranger();
    voters.add(eager.peerId.toString());
    const stream = await streamOf(eager, hub.network, VOTES_PROTOCOL);
    const { burst } = VOTE_LIMITS.messageRate;
    for (let i = 0; i < burst + 100; i++) await send(stream, vote(bytes(`${i}`)));
    await until(() => hub.heard.length >= burst, 'the burst');
    // The clock stands still: the k-th beyond it waits for k hundredths of a second.
    expect(hub.heard.length).to.be.below(burst + 50);
    now += 1_000;
    await until(() => hub.heard.length === burst + 100, 'the others');
    expect(hub.heard.at(-1)).to.equal(`${burst + 99}`);
    expect(hub.refusals).to.deep.equal([]);
  });

  it('streams that a peer opens without end are counted against it', async () => {
    const voters = new Set<NodeId>();
    const hub = await startVoter(voters, {}, { now: () => 0 });
    const outsider = await stranger();
    const { burst } = VOTE_LIMITS.openRate;
    const beyond = () => hub.refusals.filter(({ code }) => code === 'RATE_EXCEEDED');
    // One that is cut while both still agree on its protocol is not counted.
    let opened = 0;
    for (; beyond().length < 2 && opened < 2 * burst + 20; opened++) {
      await streamOf(outsider, hub.network, VOTES_PROTOCOL).catch(() => undefined);
    }
    await until(() => beyond().length >= 2, 'two beyond');
    expect(opened).to.be.at.least(burst + 2);
    expect(
      beyond()
        .map(({ score }) => score)
        .slice(0, 2),
    ).to.deep.equal([-0.1, -0.2]);
  });
});

async function sendTooMuch(network: Network): Promise<void> {
  network.sendVote(new Uint8Array(VOTE_LIMITS.messageBytes + 1));
}

describe('the queue of votes for one member', () => {
  it('keeps the newest, whatever comes, within its bounds, and nothing twice', () => {
    const limits = { messages: 5, bytes: 100, waitMs: 10 };
    const action = fc.oneof(
      fc.record({ size: fc.integer({ min: 1, max: 60 }) }),
      fc.record({ again: fc.nat(9) }),
      fc.record({ passes: fc.integer({ min: 1, max: 6 }) }),
      fc.constant('shift' as const),
    );
    fc.assert(
      fc.property(fc.array(action, { maxLength: 40 }), (actions) => {
        let now = 0;
        const queue = new VoteQueue(limits, () => now);
        let model: { bytes: Uint8Array; since: number }[] = [];
        const said: Uint8Array[] = [];
        const push = (message: Uint8Array) => {
          queue.push(message);
          if (!model.some((waiting) => waiting.bytes === message)) model.push({ bytes: message, since: now });
          const size = () => model.reduce((sum, waiting) => sum + waiting.bytes.length, 0);
          while (model.length > limits.messages || size() > limits.bytes) model.shift();
        };
        for (const step of actions) {
          if (step === 'shift') {
            model = model.filter(({ since }) => since >= now - limits.waitMs);
            expect(queue.isEmpty).to.equal(model.length === 0);
            expect(queue.shift()).to.equal(model.shift()?.bytes);
          } else if ('size' in step) {
            said.push(new Uint8Array(step.size));
            push(said.at(-1) ?? new Uint8Array(1));
          } else if ('again' in step) {
            const message = said[step.again];
            if (message !== undefined) push(message);
          } else {
            now += step.passes;
          }
        }
        const left: (Uint8Array | undefined)[] = [];
        while (!queue.isEmpty) left.push(queue.shift());
        expect(left).to.deep.equal(
          model.filter(({ since }) => since >= now - limits.waitMs).map((waiting) => waiting.bytes),
        );
      }),
      { seed: 6, numRuns: 200 },
    );
  });
});
