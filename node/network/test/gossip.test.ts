import { expect } from 'chai';
import { MessageError } from '../../../protocol/errors.ts';
import { MAX_MESSAGE_BYTES, type Network, type Refusal, type Verdict } from '../index.ts';
import { addressOf, failure, failureCode, nextIdentity, startNode, stopAll, until, within } from './nodes.ts';
import { frame, gossipStream, send, stopStrangers, stranger } from './strangers.ts';

const TOPIC = '/ballast/test/1';
const bytes = (text: string) => new TextEncoder().encode(text);
const text = (message: Uint8Array) => new TextDecoder().decode(message);

/** Collects what a node accepts; refuses what starts with "bad" or "early". */
function listen(network: Network, into: string[], verdict: (message: string) => Verdict = judge): () => void {
  return network.subscribe(
    TOPIC,
    (message) => verdict(text(message)),
    (message) => {
      into.push(text(message));
    },
  );
}

function judge(message: string): Verdict {
  if (message.startsWith('bad')) return { action: 'reject', code: 'SIGNATURE_INVALID' };
  if (message.startsWith('early')) return { action: 'ignore', code: 'ROUND_UNKNOWN' };
  return { action: 'accept' };
}

describe('gossip over libp2p', () => {
  afterEach(async () => {
    await stopStrangers();
    await stopAll();
  });

  it('reaches every node that knows only the bootstrap peer, and each once', async () => {
    const hub = await startNode();
    const leaves = await Promise.all(
      Array.from({ length: 4 }, () => startNode({ bootstrap: [addressOf(hub)] })),
    );
    const nodes = [hub, ...leaves];
    const heard = nodes.map((node) => {
      const messages: string[] = [];
      listen(node, messages);
      return messages;
    });
    await Promise.all(nodes.map((node) => node.ready(TOPIC, 4, within(10_000))));
    for (const node of nodes) expect(node.peers().map(({ id }) => id)).to.have.length(4);
    await Promise.all(nodes.map((node, i) => node.publish(TOPIC, bytes(`from ${i}`))));
    const expected = (i: number) => nodes.map((_, j) => `from ${j}`).filter((_, j) => j !== i);
    await until(() => heard.every((messages) => messages.length >= 4), 'all messages everywhere');
    heard.forEach((messages, i) => {
      expect([...messages].sort()).to.deep.equal(expected(i));
    });
  });

  it('reaches a node two hops away', async () => {
    const [a, c] = [await startNode({ targetConnections: 0 }), await startNode({ targetConnections: 0 })];
    const b = await startNode({ bootstrap: [addressOf(a), addressOf(c)] });
    const heard: string[] = [];
    listen(a, []);
    listen(b, []);
    listen(c, heard);
    await Promise.all([a.ready(TOPIC, 1, within(5000)), b.ready(TOPIC, 2, within(5000))]);
    expect(await a.publish(TOPIC, bytes('far'))).to.deep.equal([b.peerId]);
    await until(() => heard.includes('far'), 'the message at the far end');
    expect(a.peers().map(({ id }) => id)).to.deep.equal([b.peerId]);
  });

  it('holds nothing against a peer whose message it could not judge, and takes it when it comes again', async () => {
    const refusals: Refusal[] = [];
    const a = await startNode();
    const b = await startNode(
      { bootstrap: [addressOf(a)] },
      { onRefused: (refusal) => refusals.push(refusal) },
    );
    const heard: string[] = [];
    let isReady = false;
    let judged = 0;
    listen(b, heard, () => {
      judged += 1;
      return isReady ? { action: 'accept' } : { action: 'defer' };
    });
    await a.ready(TOPIC, 1, within(5000));
    await a.publish(TOPIC, bytes('vote'));
    await until(() => judged === 1, 'the message at the door');
    isReady = true;
    await a.publish(TOPIC, bytes('vote'));
    await until(() => heard.includes('vote'), 'the message when it came again');
    expect([refusals, b.peers()[0]?.refusals, b.peers()[0]?.score]).to.deep.equal([[], {}, 0]);
  });

  it('refuses an invalid message, counts and scores it, and does not forward it', async () => {
    const refusals: Refusal[] = [];
    const [a, c] = [await startNode({ targetConnections: 0 }), await startNode({ targetConnections: 0 })];
    const b = await startNode(
      { bootstrap: [addressOf(a), addressOf(c)] },
      { onRefused: (refusal) => refusals.push(refusal) },
    );
    const heard = { b: [] as string[], c: [] as string[] };
    listen(a, []);
    listen(b, heard.b);
    listen(c, heard.c, () => ({ action: 'accept' }));
    await Promise.all([a.ready(TOPIC, 1, within(5000)), b.ready(TOPIC, 2, within(5000))]);
    await a.publish(TOPIC, bytes('bad 1'));
    await a.publish(TOPIC, bytes('early 1'));
    await a.publish(TOPIC, bytes('good 1'));
    await until(() => heard.c.length > 0, 'the valid message');
    expect(heard).to.deep.equal({ b: ['good 1'], c: ['good 1'] });
    const atA = b.peers().find(({ id }) => id === a.peerId);
    expect(atA?.refusals).to.deep.equal({ SIGNATURE_INVALID: 1, ROUND_UNKNOWN: 1 });
    expect(atA?.score).to.be.within(-5, -4.9);
    const atC = b.peers().find(({ id }) => id === c.peerId);
    expect(atC).to.deep.include({ score: 0, refusals: {} });
    expect(refusals.map(({ action, code, peer }) => [action, code, peer])).to.have.deep.members([
      ['reject', 'SIGNATURE_INVALID', a.peerId],
      ['ignore', 'ROUND_UNKNOWN', a.peerId],
    ]);
  });

  it('gives a message another chance when it is said again, and delivers it once', async () => {
    const a = await startNode();
    const b = await startNode({ bootstrap: [addressOf(a)] });
    const late = await startNode({ bootstrap: [addressOf(a)] });
    const heard = { b: [] as string[], late: [] as string[] };
    let open = false;
    listen(a, []);
    listen(b, heard.b, () => (open ? { action: 'accept' } : { action: 'ignore', code: 'ROUND_UNKNOWN' }));
    await a.ready(TOPIC, 1, within(5000));
    await a.publish(TOPIC, bytes('header'));
    await until(
      () => a.peers().length === 2 && b.peers().some(({ refusals }) => 'ROUND_UNKNOWN' in refusals),
      'the early message ignored',
    );
    open = true;
    await a.publish(TOPIC, bytes('header'));
    await until(() => heard.b.length === 1, 'the repeated message accepted');
    listen(late, heard.late);
    await a.ready(TOPIC, 2, within(5000));
    expect(await a.publish(TOPIC, bytes('header'))).to.have.members([b.peerId, late.peerId]);
    await until(() => heard.late.length === 1, 'the message at the late subscriber');
    await a.publish(TOPIC, bytes('last'));
    await until(() => heard.b.includes('last') && heard.late.includes('last'), 'the last message');
    expect(heard).to.deep.equal({ b: ['header', 'last'], late: ['header', 'last'] });
  });

  it('refuses to publish what is too large, and carries what is just small enough', async () => {
    const a = await startNode();
    const b = await startNode({ bootstrap: [addressOf(a)] });
    const sizes: number[] = [];
    listen(a, []);
    b.subscribe(
      TOPIC,
      () => ({ action: 'accept' }),
      (message) => {
        sizes.push(message.length);
      },
    );
    await a.ready(TOPIC, 1, within(5000));
    const error = await failure(a.publish(TOPIC, new Uint8Array(MAX_MESSAGE_BYTES + 1)));
    expect(error.code).to.equal('MESSAGE_TOO_LARGE');
    expect(await a.publish(TOPIC, new Uint8Array(MAX_MESSAGE_BYTES))).to.deep.equal([b.peerId]);
    await until(() => sizes.length > 0, 'the largest message');
    expect(sizes).to.deep.equal([MAX_MESSAGE_BYTES]);
  });

  it('carries what a node says on a topic that it does not hear itself, and nothing of the others to it', async () => {
    const refusals: Refusal[] = [];
    const outsider = await startNode({}, { onRefused: (refusal) => refusals.push(refusal) });
    const members = [await startNode({ bootstrap: [addressOf(outsider)] })];
    members.push(await startNode({ bootstrap: [outsider, ...members].map(addressOf) }));
    const heard = members.map((member) => {
      const messages: string[] = [];
      listen(member, messages);
      return messages;
    });
    await outsider.ready(TOPIC, 2, within(5000));
    await members[0]?.ready(TOPIC, 1, within(5000));
    await outsider.publish(TOPIC, bytes('header of an outsider'));
    await members[0]?.publish(TOPIC, bytes('header of a member'));
    await until(() => heard[1]?.length === 2 && heard[0]?.length === 1, 'both headers');
    expect(heard[1]).to.have.members(['header of an outsider', 'header of a member']);
    // A message on a topic that is not subscribed would have been refused.
    expect(refusals).to.deep.equal([]);
  });

  it('says that nobody was reached, and sends the same bytes once somebody is there', async () => {
    const a = await startNode();
    listen(a, []);
    expect(await a.publish(TOPIC, bytes('hello'))).to.deep.equal([]);
    const b = await startNode({ bootstrap: [addressOf(a)] });
    const heard: string[] = [];
    listen(b, heard);
    await a.ready(TOPIC, 1, within(5000));
    expect(await a.publish(TOPIC, bytes('hello'))).to.deep.equal([b.peerId]);
    await until(() => heard.length === 1, 'the message');
  });

  it('cuts a peer that sends rejected messages, keeps it out after a ban, and keeps the others', async () => {
    let now = 0;
    const refusals: Refusal[] = [];
    const hub = await startNode({}, { now: () => now, onRefused: (refusal) => refusals.push(refusal) });
    const honest = await startNode({ bootstrap: [addressOf(hub)], targetConnections: 1 });
    const heard: string[] = [];
    listen(hub, heard);
    listen(honest, []);
    // A node would dial again by itself, within a moment that nobody need notice.
    const liar = await stranger();
    const isHeld = () => hub.peers().some(({ id }) => id === liar.peerId.toString());
    // The hub's clock stands still: every rejection takes exactly 5 off.
    while (!refusals.some(({ score }) => score <= -50)) {
      const stream = await gossipStream(liar, hub);
      const sent = refusals.length + 1;
      await send(stream, frame({ topic: TOPIC, data: bytes(`bad ${sent}`) }));
      await until(() => refusals.length === sent, 'the refusal');
      if ((refusals.at(-1)?.score ?? 0) <= -20)
        await until(() => !isHeld() && liar.getConnections().length === 0, 'the disconnection on both sides');
    }
    expect(refusals.map(({ score }) => score)).to.deep.equal([
      -5, -10, -15, -20, -25, -30, -35, -40, -45, -50,
    ]);
    await gossipStream(liar, hub).catch(() => undefined);
    await until(() => !isHeld() && liar.getConnections().length === 0, 'the liar kept out');
    await honest.ready(TOPIC, 1, within(5000));
    await honest.publish(TOPIC, bytes('still here'));
    await until(() => heard.includes('still here'), 'the honest message');
    now += 30 * 60_000 + 1;
    await gossipStream(liar, hub);
    await until(isHeld, 'the liar back after the ban');
  });

  it('slows down a flood and cuts the peer, without touching the others', async () => {
    const codes = new Set<string>();
    const hub = await startNode(
      { messageRate: { perSecond: 1, burst: 50 } },
      { onRefused: ({ code }) => codes.add(code) },
    );
    const flooder = await stranger();
    const honest = await startNode({ bootstrap: [addressOf(hub)], targetConnections: 1 });
    const heard: string[] = [];
    listen(hub, heard);
    await honest.ready(TOPIC, 1, within(5000));
    const stream = await gossipStream(flooder, hub);
    await until(() => hub.peers().length === 2, 'the flooder at the hub');
    const flood = Array.from({ length: 400 }, (_, i) => frame({ topic: TOPIC, data: bytes(`flood ${i}`) }));
    // It is cut before it has sent them all.
    for (const one of flood) await send(stream, one).catch(() => undefined);
    await until(() => hub.peers().length === 1, 'the flooder cut');
    await honest.publish(TOPIC, bytes('still here'));
    await until(() => heard.includes('still here'), 'the honest message');
    expect(heard.filter((message) => message.startsWith('flood')).length).to.be.within(1, 60);
    expect([...codes]).to.deep.equal(['RATE_EXCEEDED']);
  });

  it('survives validators and handlers that throw, and believes a MessageError', async () => {
    const faults: string[] = [];
    const refusals: Refusal[] = [];
    const a = await startNode();
    const b = await startNode(
      { bootstrap: [addressOf(a)] },
      {
        onRefused: (refusal) => {
          refusals.push(refusal);
          throw new Error('metrics broke');
        },
        onError: (error) => faults.push(error instanceof Error ? error.message : ''),
      },
    );
    const heard: string[] = [];
    b.subscribe(
      TOPIC,
      async (message) => {
        if (text(message) === 'bug') throw new Error('validator broke');
        if (text(message) === 'lie') throw new MessageError('reject', 'LAYOUT_MISMATCH', 'a lie');
        return { action: 'accept' };
      },
      async (message) => {
        heard.push(text(message));
        throw new Error('handler broke');
      },
    );
    await a.ready(TOPIC, 1, within(5000));
    for (const message of ['bug', 'lie', 'fine']) await a.publish(TOPIC, bytes(message));
    await until(() => heard.length === 1 && refusals.length === 2, 'all three messages');
    expect(refusals.map(({ action, code }) => `${action} ${code}`)).to.have.members([
      'ignore VALIDATOR_FAILED',
      'reject LAYOUT_MISMATCH',
    ]);
    expect(faults).to.have.members(['validator broke', 'metrics broke', 'metrics broke', 'handler broke']);
    expect(b.peers()).to.have.length(1);
  });

  it('lets a topic have one subscription at a time', async () => {
    const a = await startNode();
    const end = listen(a, []);
    expect(() => listen(a, []))
      .to.throw()
      .with.property('code', 'TOPIC_TAKEN');
    end();
    listen(a, []);
  });
});

describe('a node on the network', () => {
  afterEach(stopAll);

  it('waits for subscribers only as long as it is told to', async () => {
    const a = await startNode();
    const error = await failure(a.ready(TOPIC, 3, within(50)));
    expect(error.code).to.equal('WAIT_ABORTED');
    expect(error.metadata).to.deep.equal({ topic: TOPIC, have: 0, count: 3 });
    expect(await failureCode(a.ready(TOPIC, 1, AbortSignal.abort()))).to.equal('WAIT_ABORTED');
    const waiting = failureCode(a.ready(TOPIC, 1, new AbortController().signal));
    await a.stop();
    expect(await waiting).to.equal('WAIT_ABORTED');
  });

  it('finds a bootstrap peer that comes up later, and again after it was away', async () => {
    const key = await nextIdentity().transportKey();
    const first = await startNode({ privateKey: key });
    const address = addressOf(first);
    await first.stop();
    const port = /tcp\/(\d+)/.exec(address)?.[1];
    const node = await startNode({ bootstrap: [address] });
    const listenOn = [`/ip4/127.0.0.1/tcp/${port}`];
    const second = await startNode({ privateKey: key, listen: listenOn });
    await until(() => node.peers().length === 1, 'the bootstrap peer found');
    await second.stop();
    await until(() => node.peers().length === 0, 'the bootstrap peer gone');
    await startNode({ privateKey: key, listen: listenOn });
    await until(() => node.peers().length === 1, 'the bootstrap peer found again');
  });

  it('refuses addresses that cannot be, and a port that is taken', async () => {
    const a = await startNode();
    const malformed = [
      '',
      'localhost:4001',
      '/ip4/127.0.0.1/tcp/1',
      '/ip4/127.0.0.1/udp/1/p2p/x',
      `${addressOf(a)}x`,
    ];
    for (const address of malformed) {
      const error = await a.connect(address).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      expect(error).to.have.property('code', 'ADDRESS_MALFORMED');
    }
    const taken = addressOf(a).replace(/\/p2p\/.*/, '');
    const error = await startNode({ listen: [taken] }).catch((thrown: unknown) => thrown);
    expect(error).to.have.property('code', 'LISTEN_FAILED');
  });

  it('says what may not be done before the start and after the stop', async () => {
    const a = await startNode();
    await a.stop();
    await a.stop();
    expect(await failureCode(a.publish(TOPIC, bytes('x')))).to.equal('NETWORK_STATE');
    expect(await failureCode(a.start())).to.equal('NETWORK_STATE');
  });

  it('leaves no handle open when it stops', async () => {
    const handles = () =>
      process.getActiveResourcesInfo().filter((name) => /TCP|Timeout|Immediate/.test(name));
    await stopAll();
    const before = handles().length;
    const hub = await startNode();
    const leaves = [
      await startNode({ bootstrap: [addressOf(hub)] }),
      await startNode({ bootstrap: [addressOf(hub)] }),
    ];
    await until(() => leaves.every((leaf) => leaf.peers().length === 2), 'everybody connected');
    expect(handles().length).to.be.greaterThan(before);
    await stopAll();
    await until(() => handles().length <= before, 'the handles closed');
  });
});
