import { expect } from 'chai';
import fc from 'fast-check';
import { digestOfBytes } from '../../../protocol/digest.ts';
import { MessageError } from '../../../protocol/errors.ts';
import type { Network } from '../index.ts';
import { addressOf, failure, failureCode, nextIdentity, startNode, stopAll, until, within } from './nodes.ts';

const KIB = 1024;
const blobOf = (length: number, salt = 0) =>
  Uint8Array.from({ length }, (_, i) => (Math.imul(i + salt, 2654435761) >>> 13) & 255);

async function pair(): Promise<{ server: Network; client: Network }> {
  const server = await startNode();
  const client = await startNode({ bootstrap: [addressOf(server)] });
  await until(() => client.peers().length === 1, 'the client connected');
  return { server, client };
}

describe('blobs over direct streams', () => {
  afterEach(stopAll);

  it('carries blobs of 0 B, 1 B, 256 KiB, one more, and 3 MiB', async () => {
    const { server, client } = await pair();
    const blobs = [0, 1, 256 * KIB, 256 * KIB + 1, 3072 * KIB].map((length) => blobOf(length));
    const served = new Map(blobs.map((blob) => [digestOfBytes(blob), blob]));
    const asked: string[] = [];
    server.serveBlobs(async (digest, peer) => {
      asked.push(peer);
      return served.get(digest);
    });
    for (const [digest, blob] of served) {
      const got = await client.fetch(server.peerId, digest, { maxBytes: blob.length });
      expect(Buffer.compare(got, blob)).to.equal(0);
      expect(got.buffer.byteLength).to.equal(blob.length);
    }
    expect(asked).to.deep.equal(blobs.map(() => client.peerId));
  });

  it('carries any bytes, many at once, unmixed', async () => {
    const { server, client } = await pair();
    const blobs = Array.from({ length: 24 }, (_, i) => blobOf(1 + i * 40_000, i));
    const served = new Map(blobs.map((blob) => [digestOfBytes(blob), blob]));
    server.serveBlobs(async (digest) => served.get(digest));
    const got = await Promise.all(
      blobs.map((blob) => client.fetch(server.peerId, digestOfBytes(blob), { maxBytes: KIB * KIB })),
    );
    got.forEach((bytes, i) => {
      expect(Buffer.compare(bytes, blobs[i] ?? new Uint8Array(0))).to.equal(0);
    });
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 5000 }), async (blob) => {
        served.set(digestOfBytes(blob), blob);
        const fetched = await client.fetch(server.peerId, digestOfBytes(blob), { maxBytes: 5000 });
        expect(Buffer.compare(fetched, blob)).to.equal(0);
      }),
      { numRuns: 15, seed: 3 },
    );
  });

  it('never runs more than four transfers from one peer at once', async () => {
    const { server, client } = await pair();
    let running = 0;
    let most = 0;
    const blob = blobOf(1000);
    server.serveBlobs(async () => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 5));
      running -= 1;
      return blob;
    });
    const fetches = Array.from({ length: 20 }, () =>
      client.fetch(server.peerId, digestOfBytes(blob), { maxBytes: 1000 }),
    );
    await Promise.all(fetches);
    expect(most).to.equal(4);
  });

  it('says what is not found: nothing served yet, refused by the caller, or a serving fault', async () => {
    const { server, client } = await pair();
    const digest = digestOfBytes(blobOf(10));
    const options = { maxBytes: 10 };
    expect(await failureCode(client.fetch(server.peerId, digest, options))).to.equal('BLOB_NOT_FOUND');
    server.serveBlobs(async () => undefined);
    expect(await failureCode(client.fetch(server.peerId, digest, options))).to.equal('BLOB_NOT_FOUND');
    server.serveBlobs(async () => {
      throw new MessageError('ignore', 'NOT_SEALED', 'before the seal');
    });
    const error = await failure(client.fetch(server.peerId, digest, options));
    expect(error.code).to.equal('BLOB_NOT_FOUND');
    expect(error.metadata).to.deep.include({ peer: server.peerId, digest });
    expect(client.peers()[0]?.score).to.equal(0);
  });

  it('refuses a blob that is too large, before it is sent', async () => {
    const { server, client } = await pair();
    const blob = blobOf(1001);
    server.serveBlobs(async () => blob);
    const error = await failure(client.fetch(server.peerId, digestOfBytes(blob), { maxBytes: 1000 }));
    expect(error.code).to.equal('BLOB_TOO_LARGE');
    expect(error.metadata).to.deep.include({ bytes: 1001, maxBytes: 1000 });
  });

  it('refuses other bytes than were asked for, and cuts a peer that keeps lying', async () => {
    const { server, client } = await pair();
    const wanted = digestOfBytes(blobOf(10, 1));
    server.serveBlobs(async () => blobOf(10, 2));
    expect(await failureCode(client.fetch(server.peerId, wanted, { maxBytes: 10 }))).to.equal(
      'BLOB_DIGEST_MISMATCH',
    );
    expect(client.peers()[0]?.refusals).to.deep.equal({ BLOB_DIGEST_MISMATCH: 1 });
    for (let i = 0; i < 4; i++) await failure(client.fetch(server.peerId, wanted, { maxBytes: 10 }));
    expect(client.peers()).to.deep.equal([]);
  });

  it('gives up on a slow server by signal and by time, and on its own stop', async () => {
    const { server, client } = await pair();
    const digest = digestOfBytes(blobOf(10));
    let asked = 0;
    const { promise: never, resolve: finish } = Promise.withResolvers<undefined>();
    server.serveBlobs(async () => {
      asked += 1;
      return never;
    });
    const options = { maxBytes: 10 };
    const before = performance.now();
    expect(
      await failureCode(client.fetch(server.peerId, digest, { ...options, signal: within(150) })),
    ).to.equal('FETCH_ABORTED');
    expect(await failureCode(client.fetch(server.peerId, digest, { ...options, timeoutMs: 150 }))).to.equal(
      'FETCH_TIMEOUT',
    );
    expect(performance.now() - before).to.be.within(290, 3000);
    const early = { ...options, signal: AbortSignal.abort() };
    expect(await failureCode(client.fetch(server.peerId, digest, early))).to.equal('FETCH_ABORTED');
    expect(asked).to.equal(2);
    const pending = failureCode(client.fetch(server.peerId, digest, options));
    await until(() => asked === 3, 'the third request');
    await client.stop();
    expect(await pending).to.equal('FETCH_ABORTED');
    finish(undefined);
  });

  it('fails when the server dies in the middle', async () => {
    const { server, client } = await pair();
    const digest = digestOfBytes(blobOf(10));
    let asked = false;
    server.serveBlobs(() => {
      asked = true;
      return new Promise(() => undefined);
    });
    const pending = failureCode(client.fetch(server.peerId, digest, { maxBytes: 10 }));
    await until(() => asked, 'the request');
    await server.stop();
    expect(await pending).to.equal('BLOB_TRANSFER_FAILED');
  });

  it('reaches a peer that it knows only through another, and says who cannot be reached', async () => {
    const hub = await startNode();
    const server = await startNode({ bootstrap: [addressOf(hub)], targetConnections: 1 });
    await until(() => hub.peers().length === 1, 'the server at the hub');
    const client = await startNode({ bootstrap: [addressOf(hub)] });
    const blob = blobOf(5000);
    server.serveBlobs(async () => blob);
    await until(() => client.peers().length === 2, 'the server found through the hub');
    const got = await client.fetch(server.peerId, digestOfBytes(blob), { maxBytes: 5000 });
    expect(Buffer.compare(got, blob)).to.equal(0);
    const stranger = nextIdentity().nodeId;
    expect(await failureCode(client.fetch(stranger, digestOfBytes(blob), { maxBytes: 1 }))).to.equal(
      'PEER_UNREACHABLE',
    );
    expect(await failureCode(client.fetch(server.peerId, 'abc', { maxBytes: 1 }))).to.equal(
      'DIGEST_MALFORMED',
    );
  });
});
