import { fishWord } from './quote.ts';
import type { CompletionNode } from './tree.ts';

/** As for bash, with what each word means. */
export function fishCompletion(nodes: readonly CompletionNode[]): string {
  const routes = nodes.map(({ route }) => route).filter((route) => route !== '');
  const lines = nodes.flatMap(({ route, commands, options }) => {
    const at = `complete -c ballast -n "__ballast_at ${fishWord(route)}"`;
    return [
      ...commands.map(({ name, summary }) => `${at} -f -a ${name} -d ${fishWord(summary)}`),
      ...options.map(({ long, summary, takesValue, choices }) => {
        const value =
          choices.length > 0 ? ` -x -a ${fishWord(choices.join(' '))}` : takesValue ? ' -r -F' : ' -f';
        return `${at} -l ${long.slice(2)} -d ${fishWord(summary)}${value}`;
      }),
    ];
  });
  return `# fish completion of ballast: ballast completion fish | source
function __ballast_at
    set -l route ''
    set -l words (commandline -opc)
    for word in $words[2..]
        switch "$route/$word"
            case ${routes.join(' ')}
                set route "$route/$word"
        end
    end
    test "$route" = "$argv[1]"
end
${lines.join('\n')}
`;
}
