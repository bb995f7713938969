/** A page that stands while its server goes away, comes back, or comes back as another version. */
import { expect, it } from 'vitest';
import { describeInBrowser, takeSeat } from '../helpers/console-seat.ts';

describeInBrowser('a page whose server is restarted', () => {
  const seat = takeSeat();

  /** Stands until the tab is reloaded. */
  const mark = () => seat.open.page.evaluate('void (globalThis.isSame = true)');
  const isSame = () => seat.open.page.evaluate('globalThis.isSame === true');
  const openMessages = async () => {
    const { page } = seat.open;
    await page.goto('/messages');
    await page.getByRole('heading', { name: 'Messages', exact: true }).waitFor();
    await mark();
    return { page, link: page.getByRole('link', { name: 'Links', exact: true }) };
  };

  it('stands when its menu is pointed at meanwhile, and opens the next page once the server is back', async () => {
    const { page, link } = await openMessages();
    await page.route('**/*', (route) => route.abort('connectionrefused'));
    const asked = page.waitForEvent('requestfailed', (request) => request.url().endsWith('.js'));
    await link.hover();
    await asked;
    await page.getByRole('heading', { name: 'Messages', exact: true }).waitFor();
    await link.click();
    await page.getByRole('heading', { name: 'Links', exact: true }).waitFor();
    await page.getByRole('alert').getByText('The server does not answer.').waitFor();
    await page.unroute('**/*');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('alert').waitFor({ state: 'detached' });
    await page.getByTestId('empty-state').waitFor();
    expect(await isSame()).toBe(true);
  });

  it('is loaded anew where another page is opened and the server has become another version', async () => {
    const { page, link } = await openMessages();
    await page.route('**/assets/page-*.js', (route) => route.fulfill({ status: 404 }));
    await page.route(
      ({ pathname }) => pathname === '/',
      (route) =>
        route.fulfill({ contentType: 'text/html', body: '<script type="module" src="/assets/next.js"></script>' }),
    );
    const missed = page.waitForEvent('response', (response) => response.status() === 404);
    await link.hover();
    await missed;
    expect(await isSame()).toBe(true);
    const reloaded = page.waitForEvent('load');
    await link.click();
    await reloaded;
    expect(new URL(page.url()).pathname).toBe('/links');
    expect(await isSame()).toBe(false);
  });
});
