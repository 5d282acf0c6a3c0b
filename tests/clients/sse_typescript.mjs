// The TypeScript client over the transport of 2024 (HTTP+SSE).

import assert from 'node:assert/strict';
import { Client, SSEClientTransport } from '@modelcontextprotocol/client';
import { key, main, sseUrl, tell, wrongKey } from './story.mjs';

async function connect(bearer) {
  const client = new Client({ name: 'auxcord-check', version: '1.0.0' });
  const headers = { Authorization: `Bearer ${bearer}` };
  await client.connect(new SSEClientTransport(sseUrl, { requestInit: { headers } }));
  return client;
}

await main(async () => {
  await assert.rejects(connect(wrongKey), { code: 401 }, 'a wrong key was not refused with 401');
  const [client, other] = await Promise.all([connect(key), connect(key)]);
  const summary = await tell(client);
  await other.listTools();
  const version = client.getNegotiatedProtocolVersion();
  await Promise.all([client.close(), other.close()]);
  return `${version}, ${summary}`;
});
