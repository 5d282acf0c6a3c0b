// mcp-remote, the bridge for assistants that only start local programs, driven over its stdin and stdout. With `sse-only` it speaks the transport
// of 2024 to the server.

import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport, getDefaultEnvironment } from '@modelcontextprotocol/client/stdio';
import { key, main, sseUrl, tell, url, wrongKey } from './story.mjs';

const manifest = createRequire(import.meta.url).resolve('mcp-remote/package.json');
const program = join(dirname(manifest), 'dist', 'proxy.js');

const strategy = process.argv[2] ?? 'http-only';
const address = strategy === 'sse-only' ? sseUrl : url;

async function connect(bearer) {
  // A header file keeps the key out of the process list; it lies in the temporary HOME that the runner removes.
  const headers = join(mkdtempSync(join(tmpdir(), 'auxcord-')), 'headers');
  writeFileSync(headers, `Authorization: Bearer ${bearer}\n`, { mode: 0o600 });
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [program, address.href, '--allow-http', '--transport', strategy, '--header-file', headers],
    env: { ...getDefaultEnvironment(), HOME: process.env.HOME },
    stderr: 'pipe',
  });
  // A transport whose client could not connect forgets its program without ending it.
  const start = transport.start.bind(transport);
  let pid = null;
  transport.start = async () => {
    await start();
    pid = transport.pid;
  };
  const said = [];
  transport.stderr.on('data', (chunk) => said.push(chunk));
  const client = new Client({ name: 'auxcord-check', version: '1.0.0' });
  try {
    await client.connect(transport, { timeout: 20_000 });
  } catch (error) {
    await transport.close();
    if (pid !== null) end(pid);
    throw new Error(`${error.message}\n${Buffer.concat(said)}`);
  }
  return client;
}

function end(pid) {
  try {
    process.kill(pid);
  } catch (error) {
    // It has ended by itself.
    if (error.code !== 'ESRCH') throw error;
  }
}

await main(async () => {
  const client = await connect(key);
  const summary = await tell(client);
  await client.close();
  await assert.rejects(connect(wrongKey), 'a wrong key was not refused');
  return `${strategy}, ${summary}`;
});
