import { useState } from 'preact/hooks';
import { post, Refused } from '../data/api.js';

/** Asks for the token. It is in no address, and the page forgets it at once. */
export function TokenPage({ entered }: { readonly entered: () => void }) {
  const [token, setToken] = useState('');
  const [wrong, setWrong] = useState('');
  const enter = async (event: Event): Promise<void> => {
    event.preventDefault();
    try {
      await post('/session', { token });
      setToken('');
      entered();
    } catch (error) {
      setWrong(error instanceof Refused ? error.message : String(error));
    }
  };
  return (
    <main id="main">
      <form class="nothing" onSubmit={enter}>
        <h1>This page asks for a token</h1>
        <p>It was set where the page is served: by --token, FLOWPROOF_UI_TOKEN, or ui(app, {'{ token }'}).</p>
        <label class="field">
          <span>Token</span>
          <input
            type="password"
            autocomplete="current-password"
            value={token}
            onInput={(event) => setToken(event.currentTarget.value)}
            required
          />
        </label>
        <button type="submit" class="first">
          Enter
        </button>
        <p role="alert">{wrong}</p>
      </form>
    </main>
  );
}
