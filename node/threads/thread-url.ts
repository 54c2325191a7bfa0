/**
 * The file of a thread: the module called `name` beside the one whose `import.meta.url` is `base`. TypeScript from the
 * sources, JavaScript when built.
 */
export function threadUrl(base: string, name: string): URL {
  return new URL(`./${name}${base.endsWith('.ts') ? '.ts' : '.js'}`, base);
}
