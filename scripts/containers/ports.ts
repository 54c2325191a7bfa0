import { whyTaken } from '../../node/doctor/ports.ts';

/** What the rehearsal, its chain, Prometheus and the nodes' interfaces listen on. */
export const PORTS = [4001, 4002, 4003, 4004, 8545, 9090, 9470, 9471, 9472, 9473] as const;

/** Those of `ports` on which something of this machine listens already. */
export async function portsInUse(ports: readonly number[]): Promise<readonly number[]> {
  const taken: number[] = [];
  for (const port of ports) {
    if ((await whyTaken({ host: '127.0.0.1', port })) !== undefined) taken.push(port);
  }
  return taken;
}
