import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Bundle, bundleMember } from './bundle-member.ts';

/** What one test's members run, and where they keep what is theirs. */
export type MemberCode = { readonly folder: string; readonly code: string };

/** Bundles a member's code anew before each test of a block, and removes all of it afterwards. */
export function useMemberCode(): () => MemberCode {
  let folder = '';
  let bundle: Bundle;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ballast-kill-'));
    bundle = await bundleMember(folder);
  });

  afterEach(async () => {
    await bundle.remove();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  return () => ({ folder, code: bundle.path });
}
