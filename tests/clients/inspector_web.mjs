// The Inspector's web interface with nothing but the address, of the endpoint or (`sse`) of the transport of 2024: it registers, sends its tab through our page and Spotify's, and calls a tool.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { desktop, launch, open, shoot } from './chromium.mjs';
import { main, sseUrl, url } from './story.mjs';

const manifest = createRequire(import.meta.url).resolve('@modelcontextprotocol/inspector/package.json');
const program = join(dirname(manifest), 'clients', 'launcher', 'build', 'index.js');

const transport = process.argv[2] ?? 'http';
const endpoint = transport === 'sse' ? sseUrl : url;

/** A free port: the Inspector's own origin is part of its callback, so it must be told one. */
function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** Starts the Inspector; answers with its process and the address that it prints, which holds its own access token. */
async function start() {
  const home = mkdtempSync(join(tmpdir(), 'auxcord-'));
  const settings = {
    HOME: home, MCP_STORAGE_DIR: home, MCP_INSPECTOR_SECRET_STORE: 'memory', MCP_AUTO_OPEN_ENABLED: 'false',
    CLIENT_PORT: String(await freePort()), MCP_SANDBOX_PORT: '0',
  };
  const inspector = spawn(process.execPath, [program, '--web', '--transport', transport, '--server-url', endpoint.href], {
    env: { PATH: process.env.PATH, ...settings }, stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  const address = await new Promise((resolve, reject) => {
    const hear = (chunk) => {
      said += chunk;
      const found = /http:\/\/\S+MCP_INSPECTOR_API_TOKEN=\w+/.exec(said);
      if (found) resolve(found[0]);
    };
    inspector.stdout.on('data', hear);
    inspector.stderr.on('data', hear);
    inspector.on('error', reject);
    inspector.on('close', (code) => reject(new Error(`the Inspector ended with ${code}\n${said}`)));
  });
  return { inspector, address };
}

async function connect(page) {
  await page.getByRole('switch', { name: 'Connect or disconnect' }).press('Space');
  await page.waitForURL((here) => here.origin === url.origin && here.pathname === '/authorize');
  await page.locator('#approve').click();
  // Spotify's page, which the sandbox shows.
  await page.getByRole('button', { name: 'Approve' }).click();
}

/** Calls a tool by its form; answers with how many tools are listed. */
async function useTools(page) {
  await page.getByRole('banner').getByText('Tools', { exact: true }).click();
  const heading = await page.getByRole('heading', { name: /^Tools \(\d+\)$/ }).innerText();
  await page.getByRole('button', { name: 'Search Spotify search' }).click();
  await page.getByRole('textbox', { name: 'query', exact: true }).fill('night');
  await page.getByRole('button', { name: 'Execute Tool' }).click();
  await page.getByText('open.spotify.com').first().waitFor();
  return Number(/\d+/.exec(heading)[0]);
}

await main(async () => {
  const { inspector, address } = await start();
  const browser = await launch();
  try {
    const page = await (await open(browser, desktop)).newPage();
    await page.goto(address);
    await connect(page);
    await page.waitForURL((here) => here.origin === new URL(address).origin);
    const tools = await useTools(page);
    await shoot(page, `inspector-${transport}`);
    return `registered, ${tools} tools, a search`;
  } finally {
    await browser.close();
    inspector.kill();
  }
});
