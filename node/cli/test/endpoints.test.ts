import { expect } from 'chai';
import { Command } from 'commander';
import { UsageError } from '../../../protocol/errors.ts';
import { endpointsOption, givenEndpoints } from '../folder.ts';

const [A, B] = ['http://127.0.0.1:1/key', 'http://127.0.0.1:2'];

describe('endpoints beside a configuration', () => {
  afterEach(() => {
    delete process.env.BALLAST_RPC_URL;
  });

  const flagOf = (...argv: string[]) => {
    const command = new Command().addOption(endpointsOption()).parse(argv, { from: 'user' });
    return command.opts<{ rpc?: readonly string[] }>().rpc;
  };

  it('are those of the flag, repeated and by either name, before those of the environment', () => {
    process.env.BALLAST_RPC_URL = `${B}, ${A}`;
    expect(givenEndpoints(flagOf('--rpc', A, '--rpc-url', B))).to.deep.equal([A, B]);
    expect(givenEndpoints(flagOf('--rpc', A))).to.deep.equal([A]);
    expect(givenEndpoints(flagOf())).to.deep.equal([B, A]);
    process.env.BALLAST_RPC_URL = '';
    expect(givenEndpoints(flagOf())).to.equal(undefined);
  });

  it('are refused where they are none, or one twice', () => {
    for (const wrong of ['nothing', `${A},${A}`, `${A},`]) {
      process.env.BALLAST_RPC_URL = wrong;
      expect(() => givenEndpoints(undefined)).to.throw(UsageError, /^BALLAST_RPC_URL: /);
    }
  });
});
