// The TypeScript client in one mode: `node typescript.mjs legacy|auto`.

import assert from 'node:assert/strict';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { key, main, tell, url, wrongKey } from './story.mjs';

const mode = process.argv[2];

async function connect(bearer) {
  const client = new Client({ name: 'auxcord-check', version: '1.0.0' }, { versionNegotiation: { mode } });
  const headers = { Authorization: `Bearer ${bearer}` };
  await client.connect(new StreamableHTTPClientTransport(url, { requestInit: { headers } }));
  return client;
}

await main(async () => {
  await assert.rejects(connect(wrongKey), { status: 401 }, 'a wrong key was not refused with 401');
  const client = await connect(key);
  const version = client.getNegotiatedProtocolVersion();
  assert.equal(version >= '2026', mode !== 'legacy', `${mode} settled on ${version}`);
  const summary = await tell(client);
  await client.close();
  return `${version}, ${summary}`;
});
