import { useState } from 'preact/hooks';

/** As the system has it, or as the person has chosen. */
export type Theme = 'system' | 'light' | 'dark';

const KEY = 'flowproof-theme';
const NEXT: Readonly<Record<Theme, Theme>> = { system: 'light', light: 'dark', dark: 'system' };

export function useTheme(): readonly [Theme, () => void] {
  const [theme, setTheme] = useState(kept);
  const choose = (): void => {
    const next = NEXT[theme];
    show(next);
    try {
      localStorage.setItem(KEY, next);
    } catch {
      // It is chosen for as long as the page is open.
    }
    setTheme(next);
  };
  return [theme, choose];
}

export function showKeptTheme(): void {
  show(kept());
}

function kept(): Theme {
  try {
    const theme = localStorage.getItem(KEY);
    return theme === 'light' || theme === 'dark' ? theme : 'system';
  } catch {
    return 'system';
  }
}

function show(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}
