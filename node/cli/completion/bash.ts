import { shellWord } from './quote.ts';
import type { CompletionNode } from './tree.ts';

/** Words after each command; files where an option takes a value that is not one of a few. */
export function bashCompletion(nodes: readonly CompletionNode[]): string {
  const routes = nodes.map(({ route }) => route).filter((route) => route !== '');
  const chosen = nodes.flatMap(({ route, options }) =>
    options
      .filter(({ choices }) => choices.length > 0)
      .map(({ long, choices }) => `    ${route}:${long}) words=${shellWord(choices.join(' '))} ;;`),
  );
  const free = nodes.flatMap(({ route, options }) =>
    options
      .filter(({ takesValue, choices }) => takesValue && choices.length === 0)
      .map(({ long }) => `${route}:${long}`),
  );
  const words = nodes.map(({ route, commands, options }) => {
    const all = [...commands.map(({ name }) => name), ...options.map(({ long }) => long)];
    return `      ${route === '' ? "''" : route}) words=${shellWord(all.join(' '))} ;;`;
  });
  return `# bash completion of ballast: source <(ballast completion bash)
_ballast() {
  local current=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD - 1]} route= words= i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$route/\${COMP_WORDS[i]}" in
      ${routes.join(' | ')}) route="$route/\${COMP_WORDS[i]}" ;;
    esac
  done
  COMPREPLY=()
  case "$route:$before" in
${chosen.join('\n')}
${free.length === 0 ? '' : `    ${free.join(' | ')}) return ;;`}
  esac
  if [[ -z $words ]]; then
    case "$route" in
${words.join('\n')}
    esac
  fi
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}
complete -o default -F _ballast ballast
`;
}
