const THEME = 'ballast-theme';
const KINDS = ['auto', 'light', 'dark'] as const;
type Theme = (typeof KINDS)[number];

const kept = (): Theme => KINDS.find((kind) => kind === localStorage.getItem(THEME)) ?? 'auto';

/** Light, dark, or as the system has it; the button goes through the three. */
export function startTheme(button: HTMLElement, onChange: () => void): void {
  const apply = (): void => {
    const theme = kept();
    if (theme === 'auto') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    button.textContent = `colours: ${theme}`;
  };
  button.addEventListener('click', () => {
    localStorage.setItem(THEME, KINDS[(KINDS.indexOf(kept()) + 1) % KINDS.length] ?? 'auto');
    apply();
    onChange();
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', onChange);
  apply();
}
