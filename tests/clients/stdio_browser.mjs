// One person's own auxcord, linked in a real browser: the program opens it by itself, the person agrees at Spotify, and the page on
// loopback says that it worked. The stand-in for the system's opener only notes the address, for Chromium to open.

import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { desktop, launch, open, phone, shoot } from './chromium.mjs';
import { checkAnswer, checkSearch, main } from './story.mjs';
import { program, settings } from './stdio_program.mjs';

function opener() {
  const folder = mkdtempSync(join(tmpdir(), 'auxcord-'));
  const noted = join(folder, 'noted');
  writeFileSync(join(folder, 'xdg-open'), `#!/bin/sh\nprintf %s "$1" >"${noted}.part" && mv "${noted}.part" "${noted}"\n`);
  chmodSync(join(folder, 'xdg-open'), 0o755);
  return { folder, noted };
}

async function until(done, what) {
  for (let tries = 0; tries < 200; tries += 1) {
    if (done()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`waited in vain until ${what}`);
}

await main(async () => {
  const { folder, noted } = opener();
  const env = settings({ PATH: `${folder}:${process.env.PATH}`, DISPLAY: ':0' });
  const transport = new StdioClientTransport({ command: program, args: ['stdio'], env, stderr: 'inherit' });
  const client = new Client({ name: 'auxcord-check', version: '1.0.0' });
  await client.connect(transport, { timeout: 20_000 });
  const begun = await client.callTool({ name: 'connect', arguments: {} });
  checkAnswer('connect', begun);
  assert.equal(begun.structuredContent.browser_opened, true, 'no browser was opened');
  await until(() => existsSync(noted), 'the browser was given an address');
  const address = readFileSync(noted, 'utf8');
  assert.equal(address, begun.structuredContent.url);

  const browser = await launch();
  const context = await open(browser, desktop);
  const page = await context.newPage();
  const refused = [];
  page.on('console', (message) => message.type() === 'error' && refused.push(message.text()));
  await page.goto(address);
  await page.getByRole('button', { name: 'Approve' }).click();
  await page.getByRole('heading', { name: 'Connected' }).waitFor();
  const here = new URL(page.url());
  assert.equal(`${here.origin}${here.pathname}`, process.env.SPOTIFY_REDIRECT_URI);
  assert.notEqual(await page.locator('#account').innerText(), '');
  const styled = await page.locator('main').evaluate((main) => getComputedStyle(main).maxWidth);
  assert.notEqual(styled, 'none', 'the page has no style');
  assert.deepEqual(refused, [], 'the browser complained about the page');
  await shoot(page, 'stdio-connected');
  await page.setViewportSize(phone);
  await shoot(page, 'stdio-connected-phone');
  checkSearch(await client.callTool({ name: 'search', arguments: { query: 'night' } }));

  // The address once more: the page says what it is, as long as somebody listens.
  const again = await client.callTool({ name: 'connect', arguments: {} });
  assert.equal(again.structuredContent.connected, true);
  await page.goto(again.structuredContent.url);
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('heading', { name: 'Not connected' }).waitFor();
  await shoot(page, 'stdio-declined');
  await browser.close();
  await client.close();
  return 'linked in Chromium, opened by the program; declined once';
});
