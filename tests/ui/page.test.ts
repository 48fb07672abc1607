import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { expect, onTestFinished, test } from 'vitest';
import type { UiOptions } from '../../src/ui/index.js';
import { describeInBrowser } from './browser.js';
import { EVIL, hostile, order, provision, refund, shop, stuck } from './demo-apps.js';
import { served } from './served.js';

/** A shop with some runs, and its page. */
async function shown(options: UiOptions = {}) {
  const { app, services } = shop();
  onTestFinished(async () => {
    services.gate.open();
    await app.stop();
  });
  await app.run(order, { id: 'order-good', inputs: { order: 'o-1', card: '4242' }, logbook: 'web', metadata: { customer: 'c-7' } });
  await app.run(order, { id: 'order-bad', inputs: { order: 'bad-1', card: '4242' } });
  await app.run(stuck, { id: 'stuck-1' });
  const { url } = await served(app, options);
  return { app, services, url };
}

/** What a person who can't see it, or has no mouse, would not get. */
async function barriers(page: Page): Promise<readonly string[]> {
  // The policy of the page lets no script in from outside: the debugger's does not ask it.
  await page.evaluate(axe.source);
  const found = await page.evaluate(async () => {
    const { violations } = await (globalThis as unknown as { axe: typeof axe }).axe.run({ resultTypes: ['violations'] });
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id} ${target.join(' ')}: ${failureSummary ?? ''}`),
    );
  });
  return found;
}

const rows = (page: Page) => page.locator('tbody tr');
const atom = (page: Page, path: string) => page.locator(`[data-path="${path}"]`);

describeInBrowser('the page', (open) => {
  test('lists runs, and what is chosen among them stands in the address', async () => {
    const { url } = await shown();
    const { page, troubles } = await open(url);
    await expect.poll(() => rows(page).count()).toBe(3);
    expect(new URL(page.url()).pathname).toBe('/app/runs');
    await page.getByRole('link', { name: /Reverted/ }).click();
    await expect.poll(() => rows(page).count()).toBe(1);
    expect(page.url()).toContain('state=REVERTED');
    await page.goBack();
    await expect.poll(() => rows(page).count()).toBe(3);
    await page.getByLabel('Search id').fill('GOOD');
    await page.keyboard.press('Enter');
    await expect.poll(() => rows(page).allTextContents()).toEqual([expect.stringContaining('order-good')]);
    await page.reload();
    await expect.poll(() => rows(page).count()).toBe(1);
    await page.goto(`${url}/app/runs?state=SUSPENDED`);
    await page.getByRole('heading', { name: 'No matching runs' }).waitFor();
    expect(troubles).toEqual([]);
  });

  test('shows one run: its graph, what failed, its rollback as a lane of its own, its values, and its journal', async () => {
    const { url } = await shown();
    const { page, troubles } = await open(`${url}/app/runs`);
    await page.getByRole('link', { name: 'order-bad' }).click();
    await expect.poll(() => atom(page, 'order/charge').getAttribute('data-state')).toBe('REVERTED');
    await page.getByText('was declined for bad-1').first().waitFor();
    await atom(page, 'order/reserve').click();
    await page.getByLabel('Details of order/reserve').getByText('Reverted').waitFor();
    await page.getByRole('link', { name: 'Timeline' }).click();
    await page.getByRole('heading', { name: 'Rollback' }).waitFor();
    await page.getByRole('link', { name: 'Values' }).click();
    await page.getByText('"bad-1"').waitFor();
    await page.getByRole('link', { name: 'Journal' }).click();
    await page.getByText('order/charge failure').waitFor();
    expect(troubles).toEqual([]);
  });

  test('goes through the journal: at each step it shows how the run stood', async () => {
    const { url } = await shown();
    const { page } = await open(`${url}/app/run?id=order-bad`);
    const slider = page.getByRole('slider', { name: 'Step of the journal' });
    await slider.waitFor();
    await slider.focus();
    await page.keyboard.press('Home');
    await expect.poll(() => atom(page, 'order/reserve').getAttribute('data-state')).toBe('PENDING');
    const states: (string | null)[] = [];
    for (let at = 0; at < 10; at++) {
      await page.keyboard.press('ArrowRight');
      states.push(await atom(page, 'order/reserve').getAttribute('data-state'));
    }
    expect([...new Set(states)]).toEqual(['PENDING', 'RUNNING', 'SUCCESS', 'REVERTING', 'REVERTED']);
    await page.keyboard.press('End');
    await expect.poll(() => atom(page, 'order/reserve').getAttribute('data-state')).toBe('REVERTED');
  });

  test('follows a run while it goes on, unless it is paused', async () => {
    const { app, services, url } = await shown();
    await app.start(provision, { id: 'p-1' });
    const { page, troubles } = await open(`${url}/app/run?id=p-1`);
    await expect.poll(() => atom(page, 'provision/boot').getAttribute('data-state')).toBe('RUNNING');
    await page.getByRole('button', { name: 'Live' }).click();
    await page.getByRole('button', { name: 'Paused' }).waitFor();
    services.gate.open();
    await app.handle(provision, 'p-1').result();
    // What is paused asks nothing: other pages were told by now.
    expect(await atom(page, 'provision/boot').getAttribute('data-state')).toBe('RUNNING');
    await page.keyboard.press('p');
    await expect.poll(() => atom(page, 'provision/boot').getAttribute('data-state')).toBe('SUCCESS');
    expect(troubles).toEqual([]);
  });

  test('cancels a run, and says before what that would undo', async () => {
    const { app, services, url } = await shown();
    services.mayRevert = true;
    await app.start(provision, { id: 'p-2' });
    const { page, troubles } = await open(`${url}/app/run?id=p-2`);
    await page.getByRole('button', { name: 'Cancel and undo' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Undone, in this order: 2').waitFor();
    await dialog.getByLabel(/^Why/).fill('the customer left');
    await dialog.getByRole('button', { name: 'Cancel and undo' }).click();
    expect((await app.handle(provision, 'p-2').result()).state).toBe('CANCELLED');
    await page.getByText('the customer left').first().waitFor();
    await expect.poll(() => atom(page, 'provision/make-volume').getAttribute('data-state')).toBe('REVERTED');
    expect(troubles).toEqual([]);
  });

  test('undoes again what could not be undone', async () => {
    const { app, services, url } = await shown();
    const { page } = await open(`${url}/app/run?id=stuck-1&task=stuck%2Fmake-volume`);
    services.mayRevert = true;
    await page.getByLabel('Details of stuck/make-volume').getByRole('button', { name: 'Undo again' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Undo again' }).click();
    await expect.poll(async () => (await app.inspect('stuck-1')).state).toBe('REVERTED');
    await expect.poll(() => page.locator('.head .state').first().textContent()).toBe('Reverted');
  });

  test('asks the same of all that are chosen', async () => {
    const { app, url } = await shown();
    for (const id of ['r-1', 'r-2']) await app.start(refund, { id, inputs: { order: id } });
    const { page } = await open(`${url}/app/runs?flow=refund`);
    for (const id of ['r-1', 'r-2']) await page.getByLabel(`Choose ${id}`).check();
    await page.getByRole('button', { name: 'Cancel where it is' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel where it is: 2 runs' }).click();
    await page.getByText('Asked of 2.').waitFor();
    for (const id of ['r-1', 'r-2']) await expect.poll(async () => (await app.inspect(id)).state).toBe('CANCELLED');
  });

  test('groups failures, and leads to the runs that failed so', async () => {
    const { app, url } = await shown();
    for (const at of [2, 3]) await app.run(order, { id: `order-bad-${at}`, inputs: { order: `bad-${at}`, card: '4242' } });
    const { page, troubles } = await open(`${url}/app/runs`);
    await page.getByRole('link', { name: 'Failures' }).click();
    const row = page.getByRole('row', { name: /was declined for …/ });
    await row.getByText('3', { exact: true }).waitFor();
    await row.getByRole('link', { name: 'order-bad-3' }).click();
    await page.getByRole('heading', { name: 'order-bad-3' }).waitFor();
    expect(troubles).toEqual([]);
  });

  test('asks all that match, also beyond the page that is shown', async () => {
    const { app, url } = await shown();
    for (let at = 0; at < 60; at++) await app.start(refund, { id: `r-${at}`, inputs: { order: `${at}` } });
    const { page } = await open(`${url}/app/runs?flow=refund`);
    await page.getByRole('button', { name: 'Select all that match' }).click();
    await page.getByText('all 60 runs chosen').waitFor();
    await page.getByRole('button', { name: 'Cancel where it is' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel where it is: all 60 runs' }).click();
    await page.getByText('Asked of 60.').waitFor();
    await expect.poll(async () => (await app.runs({ flow: 'refund', states: ['CANCELLED'] })).runs.length).toBe(60);
  });

  test('sends a run the signal that it waits for', async () => {
    const { app, url } = await shown();
    await app.start(refund, { id: 'r-1', inputs: { order: 'o' } });
    const { page } = await open(`${url}/app/run?id=r-1`);
    await page.getByRole('button', { name: 'Send it' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox').fill('{ nothing');
    await dialog.getByRole('button', { name: 'Send' }).click();
    await dialog.getByText('This is no JSON').waitFor();
    await dialog.getByRole('textbox').fill('');
    await dialog.getByRole('button', { name: 'Send' }).click();
    await expect.poll(async () => (await app.inspect('r-1')).state).toBe('SUCCESS');
    await expect.poll(() => page.locator('.head .state').first().textContent()).toBe('Success');
  });

  test('shows names, errors and values of somebody hostile as what they are: text', async () => {
    const { app, url } = await shown();
    const metadata = { '"><script>window.stolen=1</script>': EVIL };
    await app.run(hostile, { id: EVIL, inputs: { text: EVIL }, logbook: EVIL, metadata });
    await app.run(hostile, { id: '../../run?id=<b>', inputs: { text: 'fail' } });
    const { page, troubles } = await open(`${url}/app/runs`);
    await page.getByRole('link', { name: EVIL, exact: true }).first().click();
    for (const tab of ['graph', 'timeline', 'tasks', 'values', 'journal']) {
      await page.goto(`${url}/app/run?${new URLSearchParams({ id: EVIL, tab, task: `${hostile.name}/${EVIL}` })}`);
      await page.getByRole('heading', { name: EVIL }).first().waitFor();
    }
    await page.goto(`${url}/app/run?${new URLSearchParams({ id: '../../run?id=<b>' })}`);
    await page.getByText('</script>').first().waitFor();
    expect(await page.evaluate('window.stolen')).toBeUndefined();
    expect(await page.locator('img, main script, main b > b').count()).toBe(0);
    expect(troubles).toEqual([]);
  });

  test('runs no script that somebody brings into it', async () => {
    const { url } = await shown();
    const { page, troubles } = await open(url);
    const script = `document.body.append(Object.assign(document.createElement('script'), { textContent: 'window.stolen = 1' }))`;
    await page.evaluate(script).catch(() => undefined);
    const markup = `document.body.innerHTML = '<img src=x onerror="window.stolen = 1">'`;
    await expect(page.evaluate(markup)).rejects.toThrow('TrustedHTML');
    expect(await page.evaluate('window.stolen')).toBeUndefined();
    await expect.poll(() => troubles.join()).toMatch(/Content Security Policy|TrustedScript/);
  });

  test('asks for its token, keeps none, and says when it is wrong', async () => {
    const { url } = await shown({ token: 'a-token-of-many-letters', basePath: '/ops/flows' });
    const { page, troubles } = await open(`${url}/app/runs`);
    await page.getByLabel('Token').fill('not-the-token');
    await page.getByRole('button', { name: 'Enter' }).click();
    await page.getByText('this is not the token').waitFor();
    expect(await barriers(page)).toEqual([]);
    await page.getByLabel('Token').fill('a-token-of-many-letters');
    await page.getByRole('button', { name: 'Enter' }).click();
    await expect.poll(() => rows(page).count()).toBe(3);
    expect(page.url()).toBe(`${url}/app/runs`);
    expect(await page.evaluate('document.cookie + JSON.stringify(localStorage) + JSON.stringify(sessionStorage)')).not.toContain('token');
    expect(await page.evaluate('document.cookie')).toBe('');
    expect(troubles).toEqual([]);
  });

  test('offers nothing to those who may only look', async () => {
    const { url } = await shown({ readOnly: true });
    const { page } = await open(`${url}/app/run?id=stuck-1&task=stuck%2Fmake-volume`);
    await page.getByText('read only').waitFor();
    await page.getByLabel('Details of stuck/make-volume').waitFor();
    expect(await page.getByRole('button', { name: /Retry|Reset|Undo again|Cancel/ }).count()).toBe(0);
  });

  test('says what to do where there is nothing, or no such run', async () => {
    const { app } = shop();
    onTestFinished(() => app.stop());
    const { url } = await served(app);
    const { page } = await open(url);
    await page.getByRole('heading', { name: 'No runs yet' }).waitFor();
    await page.goto(`${url}/app/run?id=nobody`);
    await page.getByText('There is no such run').waitFor();
  });

  test('is within reach of everybody: names, roles, contrast, the keyboard, in both colours and on a phone', async () => {
    const { app, url } = await shown();
    await app.start(refund, { id: 'r-1', inputs: { order: 'o' } });
    const { page } = await open(`${url}/app/runs`);
    await rows(page).first().waitFor();
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toMatch(/Skip/);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      for (const place of [
        'runs',
        'runs?state=SUSPENDED',
        'run?id=stuck-1&task=stuck%2Fmake-volume',
        'run?id=order-bad&tab=timeline',
        'run?id=order-bad&tab=tasks',
        'run?id=order-bad&tab=values',
        'run?id=order-bad&tab=journal',
        'run?id=r-1',
        'run?id=nobody',
        'failures',
        'schedules',
        'board',
        'limits',
      ]) {
        await page.goto(`${url}/app/${place}`);
        await page.locator('main .sheet > *, main [role=alert]').first().waitFor();
        expect([place, colorScheme, await barriers(page)]).toEqual([place, colorScheme, []]);
      }
    }
    // What looks for barriers finds one that is there.
    await page.evaluate(`document.querySelector('main').append(document.createElement('button'))`);
    expect(await barriers(page)).toEqual([expect.stringContaining('button-name')]);
    await page.setViewportSize({ width: 360, height: 700 });
    for (const place of ['runs', 'failures', 'run?id=stuck-1', 'run?id=order-bad&tab=timeline', 'board']) {
      await page.goto(`${url}/app/${place}`);
      await page.locator('h1').waitFor();
      const wide = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
      expect([place, wide]).toEqual([place, 0]);
    }
  });
});
