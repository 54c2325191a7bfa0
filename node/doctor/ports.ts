import { connect, createServer } from 'node:net';
import type { NodeConfig } from '../config/index.ts';
import { type Finding, ok, problem, warning } from './finding.ts';

type Place = { readonly key: string; readonly host: string; readonly port: number };

const PATIENCE_MS = 3_000;

/**
 * The ports that the node will listen on.
 *
 * @param heldBy the process that holds the data folder: where it runs, the ports are probably its own.
 */
export async function checkPorts(
  { listen = [], api }: Pick<NodeConfig, 'listen' | 'api'>,
  heldBy: number | undefined,
): Promise<readonly Finding[]> {
  const places: Place[] = [
    ...listen.map((address) => ({ key: 'listen', ...placeOf(address) })),
    ...(api === undefined ? [] : [{ key: 'api.port', host: api.host, port: api.port }]),
  ].filter(({ port }) => port !== 0);
  const findings = await Promise.all(
    places.map(async (place): Promise<Finding> => {
      const { key, host, port } = place;
      const reason = await whyTaken(place);
      if (reason === undefined) return ok('ports', `${key}: ${host}:${port} is free`);
      if (reason === 'EADDRINUSE' && heldBy !== undefined)
        return ok('ports', `${key}: ${host}:${port} is in use, and the node runs (process ${heldBy})`);
      if (reason === 'EADDRINUSE')
        return problem(
          'ports',
          `${key}: another process has ${host}:${port}`,
          `stop it, or set ${key} to another`,
        );
      if (reason === 'EADDRNOTAVAIL')
        return problem(
          'ports',
          `${key}: ${host} is no address of this machine`,
          'listen on one that it has, and announce the outside one',
        );
      return problem(
        'ports',
        `${key}: ${host}:${port} cannot be listened on (${reason})`,
        `set ${key} to another`,
      );
    }),
  );
  return findings.length === 0 ? [ok('ports', 'any free ones of this machine')] : findings;
}

/** How many of the network's first peers answer at all. */
export async function checkBootstrap(bootstrap: readonly string[]): Promise<readonly Finding[]> {
  if (bootstrap.length === 0) return [];
  const answers = await Promise.all(bootstrap.map((address) => answersAt(placeOf(address))));
  const count = answers.filter(Boolean).length;
  const text = `${count} of the network’s ${bootstrap.length} first peers take connections`;
  if (count > 0) return [ok('peers', text)];
  return [
    warning(
      'peers',
      text,
      'check the firewall, and that network.json is the newest; the first nodes of a network see nobody',
    ),
  ];
}

/** Of a TCP multiaddr: /ip4/127.0.0.1/tcp/4001. */
function placeOf(address: string): { readonly host: string; readonly port: number } {
  const [, , host = '', , port = '0'] = address.split('/');
  return { host, port: Number(port) };
}

/** Why nobody can listen there, as the system's code; undefined where it is free. */
export function whyTaken({ host, port }: Pick<Place, 'host' | 'port'>): Promise<string | undefined> {
  return new Promise((done) => {
    const server = createServer();
    server.once('error', (error) => done('code' in error ? String(error.code) : error.message));
    server.listen({ host, port, exclusive: true }, () => server.close(() => done(undefined)));
  });
}

function answersAt(place: { readonly host: string; readonly port: number }): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect({ ...place, timeout: PATIENCE_MS });
    const end = (answered: boolean) => {
      socket.destroy();
      done(answered);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
    socket.once('timeout', () => end(false));
  });
}
