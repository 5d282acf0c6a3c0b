// mcp-remote with nothing but the address: it registers, starts the "browser" (consent.py through BROWSER), and serves over stdin and stdout.

import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport, getDefaultEnvironment } from '@modelcontextprotocol/client/stdio';
import { main, sseUrl, tell, url } from './story.mjs';

const manifest = createRequire(import.meta.url).resolve('mcp-remote/package.json');
const program = join(dirname(manifest), 'dist', 'proxy.js');
const strategy = process.argv[2] ?? 'http-only';
const address = strategy === 'sse-only' ? sseUrl : url;
const python = process.env.AUXCORD_PYTHON ?? 'python3';
// A home of its own: it keeps the tokens there, and the runner removes it.
const home = mkdtempSync(join(tmpdir(), 'auxcord-'));
const visits = join(home, 'visits');

/** A program in the place of a browser; each start leaves a line, and says what went wrong if something did. */
function browser() {
  const consent = fileURLToPath(new URL('consent.py', import.meta.url));
  const path = join(home, 'browser');
  writeFileSync(path, `#!/bin/sh\necho started >>'${visits}'\nexec '${python}' -B '${consent}' "$1" >>'${visits}' 2>&1\n`, { mode: 0o700 });
  return path;
}

function told() {
  return existsSync(visits) ? readFileSync(visits, 'utf8') : '';
}

async function connect() {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [program, address.href, '--allow-http', '--transport', strategy],
    env: { ...getDefaultEnvironment(), HOME: home, BROWSER: browser() },
    stderr: 'pipe',
  });
  const said = [];
  transport.stderr.on('data', (chunk) => said.push(chunk));
  const client = new Client({ name: 'auxcord-check', version: '1.0.0' });
  try {
    await client.connect(transport, { timeout: 60_000 });
  } catch (error) {
    await transport.close();
    throw new Error(`${error.message}\n${Buffer.concat(said)}\nthe browser: ${told() || 'was not started'}`);
  }
  return client;
}

await main(async () => {
  const first = await connect();
  const summary = await tell(first, { all: false });
  await first.close();
  assert.equal(told(), 'started\n', 'the person was not asked exactly once');
  const kept = readdirSync(join(home, '.mcp-auth'), { recursive: true });
  assert(kept.some((name) => String(name).endsWith('_tokens.json')), `no tokens among ${kept}`);
  // A second start goes on with what was kept.
  const second = await connect();
  await second.listTools();
  await second.close();
  assert.equal(told(), 'started\n', 'the person was asked again although the tokens are good');
  return `registered, ${summary}`;
});
