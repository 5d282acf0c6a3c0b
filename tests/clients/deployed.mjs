// A person and a client at the deployed server: the login on its page and a connection by the address alone, over https behind the proxy, in
// Chromium. The certificate is trusted because its root was handed over, and nothing is ignored. AUXCORD_MCP_URL names a host that only this
// check leads to loopback, AUXCORD_KEY_FILE where the key that the login showed is left for the checks that follow.

import './at_home.mjs';
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { answered, listen, redeem, register, request, statusOf } from './authorization.mjs';
import { desktop, launch, open, shoot } from './chromium.mjs';
import { main, url } from './story.mjs';

/** Every cookie of ours is bound to this very host and to https. */
function checkCookies(cookies, count) {
  const ours = cookies.filter(({ domain }) => domain === url.hostname);
  assert.equal(ours.length, count, `cookies: ${ours.map(({ name }) => name)}`);
  for (const { name, httpOnly, secure, sameSite, path } of ours) {
    assert(name.startsWith('__Host-'), `the cookie is called ${name}`);
    assert.deepEqual({ httpOnly, secure, sameSite, path }, { httpOnly: true, secure: true, sameSite: 'Lax', path: '/' }, name);
  }
}

/** Spotify's page, which the sandbox shows. */
async function agreeAtSpotify(page) {
  await page.waitForURL((here) => here.origin !== url.origin && here.pathname === '/authorize');
  await page.locator('button[value="approve"]').click();
}

/** The button on the first page, Spotify, and the page with the key. */
async function logIn(context) {
  const page = await context.newPage();
  const answer = await page.goto(url.origin);
  assert.equal(answer.headers()['strict-transport-security'], 'max-age=31536000', 'https is not insisted on');
  await page.goto(new URL('/auth/login', url).href);
  await page.locator('form[action="/auth/login"] button').click();
  await page.waitForURL((here) => here.origin !== url.origin);
  checkCookies(await context.cookies(url.origin), 1);
  await agreeAtSpotify(page);
  await page.locator('#api-key').waitFor();
  assert.equal(new URL(page.url()).origin, url.origin, 'Spotify sent the browser elsewhere');
  const [key, connector] = await Promise.all(['#api-key', '#connector-url'].map((id) => page.locator(id).innerText()));
  assert(connector.startsWith(`${url.origin}/claude-mcp?token=`), 'the connector URL is not on the public origin');
  assert.equal(await statusOf(key), 200, 'the key does not work');
  return key;
}

/** The client is known to nobody yet; it registers, the person agrees, and its token works. */
async function connect(context) {
  const { server, origin: loopback } = await listen();
  const client = await register('Client of the checks', ['http://127.0.0.1/callback']);
  const sent = request(client, `${loopback}/callback`);
  const page = await context.newPage();
  await page.goto(sent.address);
  checkCookies(await context.cookies(url.origin), 1);
  await shoot(page, 'deployed-consent');
  await page.locator('#approve').click();
  await agreeAtSpotify(page);
  await page.locator('#arrived').waitFor();
  const { access_token: token } = await redeem(sent, answered(sent, page.url()).code);
  assert.equal(await statusOf(token), 200, 'the token does not work');
  server.close();
}

await main(async () => {
  const browser = await launch();
  try {
    const context = await open(browser, desktop, { ignoreHTTPSErrors: false });
    const key = await logIn(context);
    writeFileSync(process.env.AUXCORD_KEY_FILE, key, { mode: 0o600 });
    await connect(context);
    return 'a login and a connection, __Host- cookies, no certificate error ignored';
  } finally {
    await browser.close();
  }
}, 100);
