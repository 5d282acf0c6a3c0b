// Headless Chromium for the checks that need a real browser: started with a profile of its own, and kept from the network beyond loopback.

import { join } from 'node:path';
import { chromium } from 'playwright-core';

/** How long the page may take for one step, in milliseconds. */
const STEP = 15_000;
/** The name of a client's https host that is not this computer's, though Chromium is led to loopback for it. */
export const remoteHost = 'client.example';
/** The server's own, which is on loopback whatever it is called. */
const ours = new URL(process.env.AUXCORD_MCP_URL).hostname;
/** The widths at which people see the pages. */
export const phone = { width: 390, height: 844 };
export const desktop = { width: 1280, height: 800 };

const shots = process.env.AUXCORD_SCREENSHOTS;

export function launch() {
  const quiet = ['--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-gpu'];
  // Chromium refuses its own sandbox to root.
  const asRoot = process.getuid() === 0 ? ['--no-sandbox'] : [];
  const names = `--host-resolver-rules=MAP ${remoteHost} 127.0.0.1,MAP ${ours} 127.0.0.1`;
  return chromium.launch({ executablePath: process.env.AUXCORD_CHROMIUM, args: [...quiet, ...asRoot, names] });
}

/** A browser window of its own, with its own cookies. The https hosts of the checks have certificates that nobody else knows. */
export async function open(browser, viewport, more = {}) {
  const context = await browser.newContext({ viewport, ignoreHTTPSErrors: true, ...more });
  context.setDefaultTimeout(STEP);
  await context.route(
    (address) => !['127.0.0.1', 'localhost', remoteHost, ours].includes(address.hostname) && address.protocol.startsWith('http'),
    (route) => route.abort(),
  );
  return context;
}

/** Keeps a picture of the whole page for people to look at. */
export async function shoot(page, name) {
  if (shots) await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true });
}

/** Moves by Tab alone until the element has the focus, as somebody without a mouse does. */
export async function tabTo(page, selector) {
  for (let presses = 0; presses < 60; presses += 1) {
    await page.keyboard.press('Tab');
    if (await page.evaluate((wanted) => document.activeElement?.matches(wanted) ?? false, selector)) return;
  }
  throw new Error(`${selector} is not reached by Tab on ${new URL(page.url()).pathname}`);
}
