import { expect, it } from 'vitest';
import { describeInBrowser, takeSeat } from '../helpers/console-seat.ts';

describeInBrowser('the page of a message', () => {
  const seat = takeSeat();

  const send = async (more: Record<string, string>): Promise<string> => {
    const form = { From: '+12025550100', To: '+12025550101', ...more };
    return (await seat.client.call('POST', `${seat.client.base}/Messages.json`, { form })).json.sid;
  };

  it('marks what made the text dear where it stands in what went out', async () => {
    const written = 'Wait… for it ☎ now';
    await seat.open.page.goto(`/messages/${await send({ Body: written, SmartEncoded: 'true' })}`);
    const text = seat.open.page.getByTestId('message-text');
    await text.waitFor();
    expect(await text.textContent()).toBe('Wait... for it ☎ now');
    expect(await text.locator('mark').allTextContents()).toEqual(['☎']);
    await seat.open.page.getByText(`It was written: ${written}`).waitFor();
    expect(seat.open.watch).toEqual({ foreign: [], errors: [] });
  });

  it('says when it is due while it waits, and gives its hour with its code', async () => {
    const services = (await seat.client.call('GET', '/v1/Services')).json.services;
    const SendAt = new Date(seat.pidge.now() + 3_600_000).toISOString().replace(/\.\d+/, '');
    const MessagingServiceSid = services[0].sid;
    const sid = await send({ MessagingServiceSid, Body: 'Tomorrow at ten', ScheduleType: 'fixed', SendAt });
    const { page } = seat.open;
    await page.goto(`/messages/${sid}`);
    await page.getByText(/1 seg GSM-7 · due .+ \(in (1 h|59 min)\)/).waitFor();
    await page
      .getByLabel('Steps')
      .getByText(/\(in (1 h|59 min)\) due/)
      .waitFor();
    await page
      .getByRole('region', { name: 'Code' })
      .getByText(`SendAt=${SendAt.replace('Z', '')}`)
      .waitFor();
    expect(await page.getByText('Not kept any more').count()).toBe(0);
    expect(seat.open.watch).toEqual({ foreign: [], errors: [] });
  });

  it('leads back to the list in one step, however many messages one has turned to', async () => {
    const sids = [await send({ Body: 'One' }), await send({ Body: 'Two' }), await send({ Body: 'Three' })];
    const { page } = seat.open;
    await page.goto('/messages?q=direction:outbound-api');
    await page.locator(`[data-sid="${sids[2]}"]`).click();
    for (const [turn, sid] of [
      [() => page.keyboard.press(']'), sids[1]],
      [() => page.getByRole('link', { name: 'Older' }).click(), sids[0]],
      [() => page.keyboard.press('['), sids[1]],
    ] as const) {
      await page.getByRole('link', { name: 'Older' }).waitFor();
      await turn();
      await page.waitForURL(({ pathname }) => pathname === `/messages/${sid}`);
    }
    await page.keyboard.press('Escape');
    await page.waitForURL(({ pathname, search }) => pathname === '/messages' && search !== '');
    expect(seat.open.watch).toEqual({ foreign: [], errors: [] });
  });

  it('sends it again with another text, as a new message', async () => {
    const sid = await send({ Body: 'Helo' });
    await seat.open.page.goto(`/messages/${sid}`);
    await seat.open.page.getByRole('button', { name: 'More' }).click();
    await seat.open.page.getByRole('menuitem', { name: 'Edit and send again…' }).click();
    const dialog = seat.open.page.getByRole('dialog', { name: 'Edit and send again' });
    await dialog.getByLabel('Body').fill('Hello');
    await dialog.getByRole('button', { name: 'Send' }).click();
    await seat.open.page.getByTestId('message-text').getByText('Hello', { exact: true }).waitFor();
    expect(seat.open.page.url()).not.toContain(sid);
    const { json } = await seat.client.call('GET', `${seat.client.base}/Messages.json`);
    expect(json.messages.map((one: { body: string }) => one.body)).toContain('Hello');
    expect(seat.open.watch).toEqual({ foreign: [], errors: [] });
  });
});
