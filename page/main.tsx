import { render } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { About } from '../src/ui/views/about.js';
import { followLinks, goTo, linkTo, useAddress } from './browser/address.js';
import { LiveContext, useLiveState } from './browser/live.js';
import { showKeptTheme } from './browser/theme.js';
import { useData } from './data/use-data.js';
import { BoardPage } from './pages/board.js';
import { FailuresPage } from './pages/failures.js';
import { LimitsPage } from './pages/limits.js';
import { RunPage } from './pages/run.js';
import { RunsPage } from './pages/runs.js';
import { SchedulesPage } from './pages/schedules.js';
import { TokenPage } from './pages/token.js';
import { Frame, SECTIONS, type Section } from './parts/frame.js';
import { Nothing, Trouble } from './parts/notes.js';

function Page() {
  const live = useLiveState();
  const address = useAddress();
  const [needsToken, setNeedsToken] = useState(false);
  const { value: about, error, reload } = useData<About>('/apps');
  useKeys(live.toggle);
  useEffect(() => {
    const ask = (): void => setNeedsToken(true);
    addEventListener('flowproof-token', ask);
    return () => removeEventListener('flowproof-token', ask);
  }, []);
  const [first = '', place = ''] = address.parts;
  const app = about?.apps.find(({ name }) => name === first)?.name ?? about?.apps[0]?.name ?? '';
  const id = address.query.get('id');
  useEffect(() => {
    document.title = `${place === 'run' && id !== null ? id : place || 'runs'} – flowproof`;
  }, [place, id]);
  useEffect(() => {
    if (app !== '' && first === '') goTo(linkTo([app, 'runs']), { replace: true });
  }, [app, first]);
  const entered = (): void => {
    setNeedsToken(false);
    reload();
  };
  if (needsToken) return <TokenPage entered={entered} />;
  if (about === undefined)
    return (
      <main>
        <Trouble error={error} retry={reload} />
      </main>
    );
  const section: Section = SECTIONS.find((one) => one === place) ?? 'runs';
  return (
    <LiveContext.Provider value={live}>
      <Frame about={about} app={app} section={section}>
        {place === 'run' ? (
          <RunPage key={`${app} ${id}`} app={app} address={address} />
        ) : place === 'failures' ? (
          <FailuresPage app={app} address={address} />
        ) : place === 'schedules' ? (
          <SchedulesPage app={app} mayOperate={about.role === 'operate'} />
        ) : place === 'board' ? (
          <BoardPage app={app} address={address} mayOperate={about.role === 'operate'} />
        ) : place === 'limits' ? (
          <LimitsPage app={app} />
        ) : place === 'runs' || place === '' ? (
          <RunsPage key={app} about={about} app={app} address={address} />
        ) : (
          <Nothing heading="There is nothing here">
            <a class="button" href={linkTo([app, 'runs'])}>
              Show the runs
            </a>
          </Nothing>
        )}
      </Frame>
    </LiveContext.Provider>
  );
}

/** `p` pauses, `/` looks for a run; not while somebody writes. */
function useKeys(pause: () => void): void {
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.target instanceof Element && event.target.closest('input, textarea, select, dialog') !== null) return;
      if (event.key === 'p') pause();
      if (event.key !== '/') return;
      const search = document.querySelector<HTMLInputElement>('input[type=search]');
      if (search === null) return;
      event.preventDefault();
      search.focus();
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, [pause]);
}

showKeptTheme();
followLinks();
const place = document.getElementById('page');
if (place !== null) render(<Page />, place);
