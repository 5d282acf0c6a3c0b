// The consent page and those around it in Chromium: on a phone's and a desktop's width, by keyboard alone, and judged by axe-core.
// AUXCORD_CLIENT_DOCUMENT names a client with an https address, AUXCORD_SCREENSHOTS a folder for pictures. One address may begin 30
// logins and authorizations a minute under the default limits; these are about 20.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { answered, listen, redeem, register, request, statusOf } from './authorization.mjs';
import { desktop, launch, open, phone, remoteHost, shoot, tabTo } from './chromium.mjs';
import { main, url } from './story.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const clientDocument = process.env.AUXCORD_CLIENT_DOCUMENT;
const NAME = 'Client of the checks';

/** Nothing to find for axe-core, and nothing to scroll sideways for. */
async function judge(page, name) {
  await shoot(page, name);
  // Evaluated by the debugger, because the page's own policy rightly lets no script in.
  await page.evaluate(axe);
  const { violations, passes } = await page.evaluate(() => globalThis.axe.run());
  assert(passes.length > 5, `${name}: axe-core looked at nothing`);
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`);
  assert.deepEqual(found, [], `${name}: axe-core found something`);
  const { wide, width } = await page.evaluate(() => ({ wide: document.documentElement.scrollWidth, width: innerWidth }));
  assert(wide <= width, `${name}: ${wide} pixels wide in a window of ${width}`);
}

/** Presses what has the focus, after a look at whether people see that it has it. */
async function press(page, selector) {
  await tabTo(page, selector);
  const { outlineStyle, boxShadow } = await page.evaluate(() => {
    const style = getComputedStyle(document.activeElement);
    return { outlineStyle: style.outlineStyle, boxShadow: style.boxShadow };
  });
  assert(outlineStyle !== 'none' || boxShadow !== 'none', `${selector} does not show that it has the focus`);
  await page.keyboard.press(selector.startsWith('input') ? 'Space' : 'Enter');
}

/** Spotify's page, which the sandbox shows. */
async function agreeAtSpotify(page) {
  await page.waitForURL((here) => here.origin !== url.origin && here.pathname === '/authorize');
  await press(page, 'button[value="approve"]');
}

/** From the request to the client, by keyboard alone; `untick` are the permissions that the person withholds. */
async function answer(page, sent, decision, untick = []) {
  if (page.url() !== sent.address) await page.goto(sent.address);
  for (const scope of untick) await press(page, `input[name="scope"][value="${scope}"]`);
  // The boxes stand before the buttons, so Tab goes on from them.
  await press(page, `#${decision}`);
  if (decision === 'approve') await agreeAtSpotify(page);
  await page.waitForURL((here) => here.href.startsWith(sent.redirectUri));
  await page.locator('#arrived').waitFor();
  return answered(sent, page.url());
}

async function atWidth(browser, size, viewport, clients, loopback) {
  const context = await open(browser, viewport);
  const page = await context.newPage();

  const whole = request(clients.loopback, `${loopback}/callback`);
  await page.goto(whole.address);
  const shown = await page.locator('main').innerText();
  assert(shown.includes(NAME) && shown.includes('127.0.0.1'), 'the page does not say who asks and where the browser goes');
  await judge(page, `consent-loopback-${size}`);
  checkCookies(await context.cookies());
  const { scope } = await redeem(whole, (await answer(page, whole, 'approve')).code);
  assert.equal(scope, 'music:read playback:control playlists:write', 'not all that was approved was granted');

  const fewer = request(clients.loopback, `${loopback}/callback`);
  const granted = await redeem(fewer, (await answer(page, fewer, 'approve', ['playlists:write'])).code);
  assert.equal(granted.scope, 'music:read playback:control', 'what was unticked was granted');

  const denied = request(clients.loopback, `${loopback}/callback`);
  const { code, error } = await answer(page, denied, 'deny');
  assert.deepEqual({ code, error }, { code: null, error: 'access_denied' }, 'a refusal did not arrive as one');

  for (const [name, client, back] of [['document', clients.document, clients.document], ['https', clients.remote, clients.away]]) {
    const sent = request(client, new URL('/callback', back).href);
    await page.goto(sent.address);
    const { host } = new URL(back);
    assert((await page.locator('#returns').innerText()).includes(host), 'the page does not show where the browser goes');
    await judge(page, `consent-${name}-${size}`);
    await redeem(sent, (await answer(page, sent, 'approve')).code);
  }

  await context.close();
  return granted.access_token;
}

/** What ties the answer to this browser, as the browser has it: out of reach for scripts, other sites and other hosts of the domain. */
function checkCookies(cookies) {
  const prefix = url.protocol === 'https:' ? '__Host-f_' : 'f_';
  assert.equal(cookies.length, 1, 'the page sets more than its one cookie, or none');
  const [{ name, httpOnly, secure, sameSite, path, domain }] = cookies;
  assert(name.startsWith(prefix), `the cookie is called ${name}`);
  const kept = { httpOnly, secure, sameSite, path, domain };
  const wanted = { httpOnly: true, secure: url.protocol === 'https:', sameSite: 'Lax', path: '/', domain: url.hostname };
  assert.deepEqual(kept, wanted);
}

/** Another site cannot show the page within its own, where it could be clicked unseen. */
async function cannotBeFramed(browser, client, loopback) {
  const context = await open(browser, desktop);
  const page = await context.newPage();
  const framed = async (address) => {
    await page.goto(`${loopback}/frame?${encodeURIComponent(address)}`);
    return page.frames()[1];
  };
  const own = await framed(`${loopback}/callback`);
  assert.equal(await own.locator('#arrived').count(), 1, 'nothing can be framed in this browser, so this check shows nothing');
  const ours = await framed(request(client, `${loopback}/callback`).address);
  assert.equal(await ours.locator('#approve').count(), 0, 'the consent page can be framed');
  assert.equal(ours.url(), 'chrome-error://chromewebdata/', 'the frame was not refused');
  await context.close();
}

async function otherPages(page, size) {
  const pages = {
    home: '/', login: '/auth/login', privacy: '/privacy', terms: '/terms', 'account-signed-out': '/account',
    problem: '/authorize?client_id=nobody',
  };
  for (const [name, path] of Object.entries(pages)) {
    await page.goto(new URL(path, url).href);
    await judge(page, `${name}-${size}`);
  }
}

/** Signs in by keyboard, sees the client, and ends its grants; `token` belongs to one of them. */
async function account(page, size, token) {
  await page.goto(new URL('/account', url).href);
  await press(page, 'form[action="/account/login"] button');
  await agreeAtSpotify(page);
  await page.waitForURL((here) => here.origin === url.origin && here.pathname === '/account');
  await judge(page, `account-${size}`);
  if (token) {
    assert.equal(await statusOf(token), 200, 'the grant was over before it was ended');
    const grants = page.locator('form[action^="/account/grants/"] button');
    for (let left = await grants.count(); left > 0; left -= 1) {
      await grants.first().click();
      await page.waitForFunction(
        (rest) => document.querySelectorAll('form[action^="/account/grants/"]').length === rest, left - 1,
      );
    }
    assert.equal(await statusOf(token), 401, 'an ended grant still opens the door');
  }
  await page.goto(new URL('/account/delete', url).href);
  await judge(page, `account-delete-${size}`);
}

await main(async () => {
  const { server, origin: loopback } = await listen();
  const away = `https://${remoteHost}:${new URL(clientDocument).port}`;
  const clients = {
    loopback: await register(NAME, ['http://127.0.0.1/callback']),
    remote: await register('Client elsewhere', [`${away}/callback`]),
    document: clientDocument,
    away,
  };
  const browser = await launch();
  try {
    await atWidth(browser, 'phone', phone, clients, loopback);
    const token = await atWidth(browser, 'desktop', desktop, clients, loopback);
    await cannotBeFramed(browser, clients.loopback, loopback);
    for (const [size, viewport, more] of [['phone', phone, { colorScheme: 'dark' }], ['desktop', desktop, {}]]) {
      const context = await open(browser, viewport, more);
      const page = await context.newPage();
      await otherPages(page, size);
      await account(page, size, size === 'desktop' && token);
      await page.goto(request(clients.loopback, `${loopback}/callback`).address);
      await judge(page, `consent-signed-in-${size}`);
      await context.close();
    }
    return 'two widths, keyboard alone, axe-core finds nothing';
  } finally {
    await browser.close();
    server.close();
  }
}, 240);
