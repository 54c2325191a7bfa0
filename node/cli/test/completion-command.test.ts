import { spawnSync } from 'node:child_process';
import { expect } from 'chai';
import { Command, Option } from 'commander';
import { ballast } from '../../test/e2e/in-process.ts';
import { NODE_COMMANDS } from '../command-list.ts';
import { bashCompletion } from '../completion/bash.ts';
import { fishCompletion } from '../completion/fish.ts';
import { completionTree } from '../completion/tree.ts';
import { zshCompletion } from '../completion/zsh.ts';

function run(shell: string, args: readonly string[], input = ''): string {
  const { stdout, stderr, status, error } = spawnSync(shell, args, { input, encoding: 'utf8' });
  expect({ stderr, status, error }).to.deep.equal({ stderr: '', status: 0, error: undefined });
  return stdout;
}

const isThere = (shell: string): boolean => spawnSync(shell, ['-c', 'true']).status === 0;

describe('ballast completion', function () {
  this.timeout(20_000);
  let script = '';

  before(async () => {
    const { code, out, err } = await ballast(['completion', 'bash']);
    expect({ code, err }).to.deep.equal({ code: 0, err: '' });
    script = out;
  });

  /** What bash offers for lines whose last word is being typed. */
  function offered(...lines: readonly string[]): string[][] {
    const asks = lines.map(
      (line) =>
        `COMP_WORDS=(${line.replace(/ $/, " ''")}); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _ballast; echo "\${COMPREPLY[*]}"`,
    );
    return run('bash', ['--norc'], `${script}\n${asks.join('\n')}\n`)
      .slice(0, -1)
      .split('\n')
      .map((words) => words.split(' '));
  }

  it('offers commands, then what each takes, by the words that were typed', () => {
    const [commands, prefix, options, subcommands, kernels, files] = offered(
      'ballast ',
      'ballast dev',
      'ballast node --f',
      'ballast privacy ',
      'ballast devnet --rounds 3 --kernels s',
      'ballast devnet --data-dir ',
    );
    for (const { name, task } of NODE_COMMANDS) if (task !== undefined) expect(commands).to.include(name);
    expect(prefix).to.deep.equal(['devnet']);
    expect(options).to.deep.equal(['--folder']);
    expect(subcommands).to.include.members(['export', 'verify', '--rounds', '--json', '--help']);
    expect(kernels).to.deep.equal(['simd']);
    // Nothing of its own: bash then offers files.
    expect(files).to.deep.equal(['']);
  });

  it('offers a subcommand what its command takes', () => {
    const [words] = offered('ballast privacy export --');
    expect(words).to.include.members(['--folder', '--passphrase-file', '--json']);
  });

  it('refuses a shell that it does not know, in one line', async () => {
    const { code, err } = await ballast(['completion', 'tcsh']);
    expect(code).to.equal(1);
    expect(err).to.match(
      /^ballast: [^\n]*tcsh[^\n]*Allowed choices are bash, zsh, fish\. \(ballast completion --help says more\)\n$/,
    );
  });

  describe('in any shell', () => {
    const program = new Command('ballast');
    program
      .command('odd')
      .description('it\'s $HOME \\ `whoami` "x"')
      .addOption(new Option('--colour <c>', "don't $(run) this").choices(['red', 'blue']));
    const nodes = completionTree(program);

    it('quotes what words mean', function () {
      run('bash', ['--norc', '-n'], bashCompletion(nodes));
      if (isThere('zsh')) run('zsh', ['-f', '-n', '-c', zshCompletion(nodes)]);
      if (!isThere('fish')) this.skip();
      const ask = 'complete -C "ballast od"; complete -C "ballast odd --colour b"';
      const said = run('fish', ['--no-config', '-c', `${fishCompletion(nodes)}\n${ask}`]);
      expect(said).to.include('odd\tit\'s $HOME \\ `whoami` "x"').and.to.include("blue\tdon't $(run) this");
    });

    it('tells zsh the words and what they mean', () => {
      const text = zshCompletion(nodes);
      expect(text).to.include("'odd:it'\\''s $HOME \\ `whoami` \"x\"'");
      expect(text).to.include("(/odd:--colour) compadd -- 'red' 'blue'; return ;;");
    });
  });
});
