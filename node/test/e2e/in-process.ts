import { expect } from 'chai';
import type { CommandEntry, CommandExtension } from '../../cli/command-entry.ts';
import { runCommandLine } from '../../cli/program.ts';

type Outcome = { readonly code: number; readonly out: string; readonly err: string };

/**
 * Runs a command in this process, as the entry file does, with what it writes caught.
 *
 * @param environment variables that the command takes out of the environment
 * @param more commands of another layer
 */
export async function ballast(
  args: readonly string[],
  environment: Record<string, string> = {},
  more: readonly (CommandEntry | CommandExtension)[] = [],
): Promise<Outcome> {
  const written = { out: '', err: '' };
  const { stdout, stderr } = process;
  const real = { out: stdout.write, err: stderr.write };
  Object.assign(process.env, environment);
  stdout.write = (text: string | Uint8Array) => {
    written.out += text;
    return true;
  };
  stderr.write = (text: string | Uint8Array) => {
    written.err += text;
    return true;
  };
  try {
    return {
      code: await runCommandLine(args, '', more),
      ...written,
      ...{ out: written.out, err: written.err },
    };
  } finally {
    stdout.write = real.out;
    stderr.write = real.err;
    for (const name of Object.keys(environment)) {
      expect(process.env[name], `${name} is still in the environment`).to.equal(undefined);
    }
  }
}

/** Commands that are to succeed or to be refused; none may print the secret. */
export function inProcess(secret: string) {
  async function succeed(
    args: readonly string[],
    environment: Record<string, string> = {},
  ): Promise<Record<string, unknown>> {
    const { code, out, err } = await ballast([...args, '--json'], environment);
    expect({ code, err }).to.deep.equal({ code: 0, err: '' });
    expect(out).not.to.include(secret);
    return JSON.parse(out) as Record<string, unknown>;
  }

  async function refuse(args: readonly string[], environment: Record<string, string> = {}): Promise<string> {
    const { code, out, err } = await ballast(args, environment);
    expect({ code, out }).to.deep.equal({ code: 1, out: '' });
    expect(err).to.match(/^ballast: [^\n]+\n$/);
    expect(err).not.to.include(secret);
    return err;
  }

  return { ballast, succeed, refuse };
}
