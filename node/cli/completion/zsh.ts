import { shellWord } from './quote.ts';
import type { CompletionNode } from './tree.ts';

/** As for bash, with what each word means. */
export function zshCompletion(nodes: readonly CompletionNode[]): string {
  const routes = nodes.map(({ route }) => route).filter((route) => route !== '');
  const chosen = nodes.flatMap(({ route, options }) =>
    options
      .filter(({ choices }) => choices.length > 0)
      .map(
        ({ long, choices }) =>
          `    (${route}:${long}) compadd -- ${choices.map(shellWord).join(' ')}; return ;;`,
      ),
  );
  const free = nodes.flatMap(({ route, options }) =>
    options
      .filter(({ takesValue, choices }) => takesValue && choices.length === 0)
      .map(({ long }) => `${route}:${long}`),
  );
  const entries = nodes.map(({ route, commands, options }) => {
    const all = [
      ...commands.map(({ name, summary }) => `${name}:${summary}`),
      ...options.map(({ long, summary }) => `${long}:${summary}`),
    ];
    return `    (${route === '' ? "''" : route}) entries=(${all.map(shellWord).join(' ')}) ;;`;
  });
  return `#compdef ballast
# zsh completion of ballast: source <(ballast completion zsh), or as _ballast in a folder of $fpath
_ballast() {
  local -a entries
  local route= i
  for ((i = 2; i < CURRENT; i++)); do
    case "$route/\${words[i]}" in
      (${routes.join('|')}) route="$route/\${words[i]}" ;;
    esac
  done
  case "$route:\${words[CURRENT - 1]}" in
${chosen.join('\n')}
${free.length === 0 ? '' : `    (${free.join('|')}) _files; return ;;`}
  esac
  case "$route" in
${entries.join('\n')}
  esac
  _describe -t words ballast entries || _files
}
if [[ "\${funcstack[1]}" == _ballast ]]; then
  _ballast "$@"
else
  compdef _ballast ballast
fi
`;
}
