import type { ComponentChildren } from 'preact';
import type { About } from '../../src/ui/views/about.js';
import { goTo, linkTo } from '../browser/address.js';
import { useLive } from '../browser/live.js';
import { useTheme } from '../browser/theme.js';

export const SECTIONS = ['runs', 'failures', 'schedules', 'board', 'limits'] as const;
export type Section = (typeof SECTIONS)[number];

const TITLES: Readonly<Record<Section, string>> = {
  runs: 'Runs',
  failures: 'Failures',
  schedules: 'Schedules',
  board: 'Board',
  limits: 'Limits',
};

interface FrameProps {
  readonly about: About;
  readonly app: string;
  readonly section: Section;
  readonly children: ComponentChildren;
}

/** What is around everything that is shown. */
export function Frame({ about, app, section, children }: FrameProps) {
  return (
    <>
      <a class="skip" href="#main">
        Skip to what is shown
      </a>
      <header class="top">
        <a class="brand" href={linkTo([app, 'runs'])}>
          <svg viewBox="0 0 32 32" aria-hidden="true">
            <rect width="32" height="32" rx="8" fill="#4650dd" />
            <path d="M9 22V10h11M9 16h8" fill="none" stroke="#fff" stroke-width="3" stroke-linecap="round" stroke-linejoin="round" />
            <circle cx="22.5" cy="21.5" r="2.5" fill="#8df0c0" />
          </svg>
          flowproof
        </a>
        {about.apps.length > 1 ? <AppChoice about={about} app={app} section={section} /> : null}
        <nav aria-label="Sections">
          <ul>
            {SECTIONS.map((one) => (
              <li key={one}>
                <a href={linkTo([app, one])} aria-current={one === section ? 'page' : undefined}>
                  {TITLES[one]}
                </a>
              </li>
            ))}
          </ul>
        </nav>
        <div class="end">
          {about.role === 'read' ? <span class="chip">read only</span> : null}
          <LiveButton />
          <ThemeButton />
        </div>
      </header>
      <main id="main" tabIndex={-1}>
        {children}
      </main>
    </>
  );
}

function AppChoice({ about, app, section }: Pick<FrameProps, 'about' | 'app' | 'section'>) {
  return (
    <label>
      <span class="hidden">App</span>
      <select value={app} onChange={(event) => goTo(linkTo([event.currentTarget.value, section]))}>
        {about.apps.map(({ name }) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

function LiveButton() {
  const { isPaused, toggle } = useLive();
  return (
    <button type="button" class="quiet" onClick={toggle} aria-pressed={isPaused} title="Pause or go on (p)">
      <span class={`live${isPaused ? ' off' : ''}`} aria-hidden="true" />
      {isPaused ? 'Paused' : 'Live'}
    </button>
  );
}

const THEMES = { system: 'As the system', light: 'Light', dark: 'Dark' } as const;

function ThemeButton() {
  const [theme, choose] = useTheme();
  return (
    <button type="button" class="quiet" onClick={choose} title={`Colours: ${THEMES[theme]}`}>
      <svg viewBox="0 0 16 16" aria-hidden="true">
        <circle cx="8" cy="8" r="5.5" fill="none" stroke="currentColor" stroke-width="1.6" />
        <path d="M8 2.5a5.5 5.5 0 0 1 0 11z" fill="currentColor" />
      </svg>
      <span class="hidden">Colours: {THEMES[theme]}</span>
    </button>
  );
}
