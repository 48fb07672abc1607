import { createContext } from 'preact';
import { useContext, useEffect, useState } from 'preact/hooks';

/** Whether what is shown follows what happens: a person may stop it, and nobody looks at a hidden tab. */
export interface Live {
  readonly isPaused: boolean;
  readonly isOn: boolean;
  toggle(): void;
}

export const LiveContext = createContext<Live>({ isPaused: false, isOn: true, toggle: () => undefined });

export const useLive = (): Live => useContext(LiveContext);

export function useLiveState(): Live {
  const [isPaused, setPaused] = useState(false);
  const [isVisible, setVisible] = useState(document.visibilityState === 'visible');
  useEffect(() => {
    const look = (): void => setVisible(document.visibilityState === 'visible');
    document.addEventListener('visibilitychange', look);
    return () => document.removeEventListener('visibilitychange', look);
  }, []);
  return { isPaused, isOn: !isPaused && isVisible, toggle: () => setPaused((was) => !was) };
}
