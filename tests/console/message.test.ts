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
