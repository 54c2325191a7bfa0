import { z } from 'zod';

export const DEFAULT_API_PORT = 9470;

const host = z
  .string()
  .min(1)
  .max(255)
  .regex(/^[\w.:-]+$/, 'expected an address such as 127.0.0.1 or ::1, without brackets');
const origin = z
  .string()
  .max(255)
  .regex(/^https?:\/\/[\w.:[\]-]+$/, 'expected an origin such as https://example.org, without a path');

/** The key `api` of a node's configuration. */
export const apiConfigSchema = z.strictObject({
  host: host.default('127.0.0.1'),
  /** 0 takes any free port. */
  port: z.int().min(0).max(65_535).default(DEFAULT_API_PORT),
  /** A file of mode 0600 with the SHA-256 (64 hexadecimal digits) of one token a line. */
  tokens: z.string().min(1).optional(),
  /** Listening beyond localhost without tokens is refused unless this is true. */
  anonymousReads: z.boolean().default(false),
  /** Origins whose pages may read: none by default. */
  cors: z.array(origin).max(32).default([]),
  /** Requests of one client address in a window. */
  rateLimit: z
    .strictObject({
      requests: z.int().min(1).max(1_000_000).default(10_000),
      windowSeconds: z.int().min(1).max(3_600).default(10),
    })
    .prefault({}),
});

export type ApiConfig = z.infer<typeof apiConfigSchema>;

/** Whether only this machine can reach an address. */
export const isLoopback = (address: string): boolean =>
  address === 'localhost' || address === '::1' || /^127(?:\.\d{1,3}){3}$/.test(address);
