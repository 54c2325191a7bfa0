import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { NodeFailure } from '../errors.ts';
import { fetchBytes } from '../http.ts';

const REQUEST = { path: '/v1/network', accept: 'application/json', maxBytes: 1000 };

/** Against a real server, since limits are about bytes and time on a wire. */
describe('request to a node', () => {
  let stop: (() => void) | undefined;
  afterEach(() => stop?.());

  const serve = async (listener: RequestListener): Promise<string> => {
    const server = createServer(listener);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    stop = () => {
      server.closeAllConnections();
      server.close();
    };
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  const request = (url: string, timeoutMs = 5000, signal?: AbortSignal, token?: string) =>
    fetchBytes(
      { url, ...(token === undefined ? {} : { token }) },
      { ...REQUEST, signal },
      { timeoutMs, fetch },
    );
  const codeOf = async (promise: Promise<unknown>): Promise<string> => {
    const error = await promise.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).to.be.instanceOf(NodeFailure);
    return (error as NodeFailure).code;
  };

  it('takes as many bytes as are allowed', async () => {
    const url = await serve((_, response) => response.end(Buffer.alloc(1000, 1)));
    expect(await request(url)).to.deep.equal(new Uint8Array(1000).fill(1));
  });

  it('gives up at the first byte beyond, announced or not', async () => {
    const announced = await serve((_, response) => response.end(Buffer.alloc(1001)));
    expect(await codeOf(request(announced))).to.equal('NODE_RESPONSE_TOO_LARGE');
    stop?.();
    let written = 0;
    const endless = await serve((_, response) => {
      const pour = () => {
        while (!response.destroyed && response.write(Buffer.alloc(1 << 16))) written += 1 << 16;
      };
      response.on('drain', pour);
      pour();
    });
    expect(await codeOf(request(endless))).to.equal('NODE_RESPONSE_TOO_LARGE');
    expect(written).to.be.below(1 << 25);
  });

  it('counts the bytes after decompression', async () => {
    const { gzipSync } = await import('node:zlib');
    const url = await serve((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(1 << 20)));
    });
    expect(await codeOf(request(url))).to.equal('NODE_RESPONSE_TOO_LARGE');
  });

  it('does not wait for a node that is silent, or that never ends', async () => {
    const silent = await serve(() => undefined);
    expect(await codeOf(request(silent, 50))).to.equal('NODE_TIMEOUT');
    stop?.();
    const dripping = await serve((_, response) => {
      response.writeHead(200).write('{');
    });
    expect(await codeOf(request(dripping, 50))).to.equal('NODE_TIMEOUT');
  });

  it('ends with the reason of the caller', async () => {
    const silent = await serve(() => undefined);
    const reason = await request(silent, 5000, AbortSignal.abort(new Error('enough'))).catch(String);
    expect(reason).to.equal('Error: enough');
  });

  it('follows no redirect', async () => {
    const asked: (string | undefined)[] = [];
    const url = await serve(({ url: path }, response) => {
      asked.push(path);
      response.writeHead(302, { location: '/elsewhere' }).end();
    });
    expect(await codeOf(request(url))).to.equal('NODE_REDIRECTED');
    expect(asked).to.deep.equal(['/v1/network']);
  });

  it('names a node that is not there', async () => {
    const url = await serve(() => undefined);
    stop?.();
    expect(await codeOf(request(url))).to.equal('NODE_UNREACHABLE');
  });

  it('sends its token, and asks for the type that it reads', async () => {
    const url = await serve(({ headers }, response) =>
      response.end(`${headers.authorization} ${headers.accept}`),
    );
    expect(new TextDecoder().decode(await request(url, 5000, undefined, 'abc'))).to.equal(
      'Bearer abc application/json',
    );
  });
});
