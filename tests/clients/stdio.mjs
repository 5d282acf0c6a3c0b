// The TypeScript client with a program of its own over standard input and output: `node stdio.mjs legacy|auto`. Linked by a pasted address.

import assert from 'node:assert/strict';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { callEveryTool, checkAnswer, checkSearch, checkStatus, checkTools, main } from './story.mjs';
import { agree, program, settings } from './stdio_program.mjs';

const mode = process.argv[2];

async function start() {
  const transport = new StdioClientTransport({ command: program, args: ['stdio'], env: settings(), stderr: 'inherit' });
  const client = new Client({ name: 'auxcord-check', version: '1.0.0' }, { versionNegotiation: { mode } });
  await client.connect(transport, { timeout: 20_000 });
  return client;
}

await main(async () => {
  const client = await start();
  const version = client.getNegotiatedProtocolVersion();
  assert.equal(version >= '2026', mode !== 'legacy', `${mode} settled on ${version}`);
  const refused = await client.callTool({ name: 'search', arguments: { query: 'night' } });
  assert.equal(refused.isError, true, 'a search worked before anybody connected');
  assert.match(refused.content[0].text, /`connect`/);
  const begun = await client.callTool({ name: 'get_auth_url', arguments: {} });
  checkAnswer('get_auth_url', begun);
  const callback_url = agree(begun.structuredContent.url);
  const linked = await client.callTool({ name: 'authenticate', arguments: { callback_url } });
  checkAnswer('authenticate', linked);
  assert.equal(linked.structuredContent.connected, true);
  const { tools } = await client.listTools();
  checkTools(tools);
  checkSearch(await client.callTool({ name: 'search', arguments: { query: 'night' } }));
  checkStatus((await client.readResource({ uri: 'spotify://status' })).contents);
  // The table of all clients has no `connect`: a server does not offer it.
  const shared = tools.filter(({ name }) => name !== 'connect');
  await callEveryTool(shared, (name, args) => client.callTool({ name, arguments: args }));
  const begins = Date.now();
  await client.close();
  assert(Date.now() - begins < 2_000, 'it did not end when its input was closed');
  return `${version}, ${tools.length} tools, each called; linked by a pasted address`;
});
