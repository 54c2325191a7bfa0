import { z } from 'zod';
import { apiConfigSchema } from '../api/config.ts';
import { logConfigSchema } from '../logging/config.ts';
import { runtimeConfigSchema } from '../runtime/runtime-config.ts';
import { configKeys } from './keys.ts';

/** Variables that set a key by another name than its own. */
export const VARIABLE_ALIASES: Readonly<Record<string, string>> = {
  BALLAST_RPC_URL: 'rpc',
  BALLAST_OTLP_ENDPOINT: 'traces.endpoint',
};

/** Everything that a node's configuration may have: each part of the node says what its own keys are. */
export const nodeConfigSchema = z.strictObject({
  /** Path of the network document. */
  network: z.string().min(1),
  keystore: z.string().min(1),
  /** A file, readable by its owner alone, that holds the keystore's password; see docs/operating.md for the others. */
  passwordFile: z.string().min(1).optional(),
  /** Who signs votes and transactions in the place of the keystore's hot key. */
  signer: z
    .strictObject({
      /** JSON-RPC endpoint, as Web3Signer serves it. */
      url: z.url(),
      address: z.string().regex(/^0x[0-9a-fA-F]{40}$/, 'expected an address (0x and 40 hexadecimal digits)'),
    })
    .optional(),
  ...runtimeConfigSchema.shape,
  /** The HTTP interface; none unless given. */
  api: apiConfigSchema.optional(),
  /** What the node writes of what it does. */
  log: logConfigSchema.optional(),
  /** Where the traces of the rounds go, such as `http://127.0.0.1:4318`; nowhere unless given. */
  traces: z.strictObject({ endpoint: z.url({ protocol: /^https?$/ }) }).optional(),
});

/** What one node is started with. */
export type NodeConfig = z.infer<typeof nodeConfigSchema>;

/** Every key of a configuration, with the environment variable that sets it. */
export const nodeConfigKeys = once(() => configKeys(nodeConfigSchema));

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
