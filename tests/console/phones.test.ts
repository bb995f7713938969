import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { TestApp } from '../helpers/app.ts';
import { describeInBrowser, takeSeat } from '../helpers/console-seat.ts';
import { PNG } from '../helpers/media-host.ts';
import { TestPhone } from '../helpers/phone.ts';

const NUMBER = '+12025550100';
const STRANGER = '+12125550170';

describeInBrowser('the Phones page', () => {
  const seat = takeSeat();
  let app: TestApp;

  let count = 0;
  /** Each test has a phone of its own. */
  let phone: string;

  beforeAll(async () => {
    app = await new TestApp().start();
    await point(app.url('/sms'));
  });
  afterAll(() => app.stop());
  beforeEach(() => {
    count += 1;
    phone = `+1202555011${count}`;
    app.answer = () => '<Response/>';
  });

  /** The handset alone. */
  const goTo = async (number = phone) => {
    await seat.open.page.goto(`/phones?open=${encodeURIComponent(number)}`);
    const handset = seat.open.page.locator(`[data-testid="handset"][data-number="${number}"]`);
    await handset.waitFor();
    return handset;
  };
  const point = async (smsUrl: string) => {
    const found = await seat.pidge.running.store.senderByAddress(NUMBER);
    if (!found) throw new Error(`${NUMBER} is not there`);
    await seat.pidge.running.store.saveSender({ ...found, properties: { sms_url: smsUrl } });
  };
  const bubble = (direction: string) => `[data-testid="phone-bubble"][data-direction="${direction}"]`;

  it('shows what the app answers to a text of the phone, without a reload', async () => {
    app.answer = ({ params }) => `<Response><Message>You said: ${params.Body}</Message></Response>`;
    const handset = await goTo();
    await handset.getByTestId('reply-field').fill('Hello? – it is me');
    await handset.getByTestId('segment-meter').filter({ hasText: '17/70 UCS-2' }).waitFor();
    await handset.getByTestId('reply-field').press('Enter');
    await handset.locator(bubble('sent')).getByText('Hello? – it is me').waitFor();
    await handset.locator(bubble('received')).getByText('You said: Hello? – it is me').waitFor();
    await handset.getByTestId('webhook-status').getByText('webhook 200').waitFor();
    expect(seat.open.watch).toEqual({ foreign: [], errors: [] });
  });

  it('tells why the app could not be asked, with a link to the attempt', async () => {
    app.answer = () => ({ status: 500 });
    const handset = await goTo();
    await handset.getByTestId('reply-field').fill('boom');
    await handset.getByTestId('reply-field').press('Enter');
    const hook = handset.getByTestId('webhook-status');
    await hook.getByText('11200').waitFor();
    expect(await hook.getByRole('link').getAttribute('href')).toMatch(/^\/webhooks\?message=SM\w+&open=\d+/);
  });

  it('takes a behaviour, and messages fare as it says', async () => {
    const handset = await goTo();
    await handset.getByTestId('behaviour').click();
    const editor = handset.getByTestId('behaviour-editor');
    await editor.getByRole('combobox', { name: 'Behaviour' }).click();
    await seat.open.page.getByRole('option', { name: 'Undelivered' }).click();
    await editor.getByLabel('Error code').fill('30003');
    await editor.getByTestId('behaviour-save').click();
    await handset.getByTestId('behaviour').getByText('Undelivered 30003').waitFor();
    await seat.client.send({ To: phone, From: NUMBER, Body: 'Are you there?' });
    const missed = handset.locator(bubble('missed'));
    await missed.getByText('Are you there?').waitFor();
    await missed.getByText('30003').waitFor();
    await seat.open.page
      .locator(`[data-testid="phone"][data-number="${phone}"]`)
      .getByText('Undelivered 30003')
      .waitFor();
  });

  it('opts out by STOP, says what that means, and takes it back', async () => {
    const handset = await goTo();
    await handset.getByRole('button', { name: 'STOP' }).click();
    const line = handset.getByTestId('opted-out');
    await line.getByText('next send → 21610').waitFor();
    const send = () => seat.client.send({ To: phone, From: NUMBER, Body: 'Sale!' });
    expect((await send()).json.code).toBe(21610);
    await line.getByRole('button', { name: 'Undo' }).click();
    await line.waitFor({ state: 'detached' });
    expect((await send()).status).toBe(201);
  });

  it('lets a number appear once it is texted, shows its code to copy, and links as what they are', async () => {
    await goTo();
    await seat.client.send({ To: STRANGER, From: NUMBER, Body: 'Your code is 482913: https://example.com/x' });
    await seat.open.page
      .locator(`[data-testid="phone"][data-number="${STRANGER}"]`)
      .getByRole('button')
      .first()
      .click();
    const handset = seat.open.page.locator(`[data-testid="handset"][data-number="${STRANGER}"]`);
    await handset.getByRole('button', { name: 'copy 482913' }).waitFor();
    await handset.getByRole('button', { name: 'https://example.com/x' }).click();
    await seat.open.page.getByText('It is no short link of this server').waitFor();
    expect(new URL(seat.open.page.url()).pathname).toBe('/phones');
    expect(seat.open.watch.foreign).toEqual([]);
  });

  it('sends a file that was attached, and shows it from our own origin', async () => {
    const handset = await goTo();
    const file = { name: 'dot.png', mimeType: 'image/png', buffer: Buffer.from(PNG) };
    await handset.getByTestId('reply-files').setInputFiles(file);
    await handset.getByTestId('reply-channel').getByText('MMS').waitFor();
    await handset.getByTestId('reply-send').click();
    const image = handset.locator(bubble('sent')).locator('img');
    await image.waitFor();
    // As text: these files are checked without the types of a browser.
    const width = () => seat.open.page.evaluate("document.querySelector('li img')?.naturalWidth ?? 0");
    await expect.poll(width).toBeGreaterThan(0);
    expect(seat.open.watch).toEqual({ foreign: [], errors: [] });
  });

  it('presses a button of a WhatsApp template', async () => {
    await new TestPhone(seat.client, phone).send({ channel: 'whatsapp', body: 'Hi' });
    const { json: template } = await seat.client.call('POST', '/v1/Content', {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        friendly_name: 'ask',
        language: 'en',
        types: { 'twilio/quick-reply': { body: 'Coming?', actions: [{ title: 'Yes', id: 'yes' }] } },
      }),
    });
    await seat.client.send([
      ['To', `whatsapp:${phone}`],
      ['From', `whatsapp:${NUMBER}`],
      ['ContentSid', template.sid],
    ]);
    const handset = await goTo();
    await handset.getByRole('button', { name: 'Yes' }).click();
    await handset.locator(bubble('sent')).getByText('Yes', { exact: true }).waitFor();
  });
});
