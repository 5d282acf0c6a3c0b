// What every client must be able to do, told once for all clients that speak through the TypeScript `Client` interface.
// The address and the key come from the environment, so that they stand in no process list; the key is never printed.

import assert from 'node:assert/strict';

export const url = new URL(required('AUXCORD_MCP_URL'));
export const key = required('AUXCORD_KEY');
/** Has the shape of a key and belongs to nobody. */
export const wrongKey = `aux_${'0'.repeat(49)}`;

function required(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
}

/** Runs `story`, prints one line for the runner's table, and sets the exit code. */
export async function main(story, seconds = 90) {
  // A client that hangs is a failure of this check, not of the whole run.
  const limit = setTimeout(() => fail(new Error(`no end within ${seconds} s`)), seconds * 1000);
  try {
    console.log(await story());
    clearTimeout(limit);
    // Clients keep sockets and child processes for a while; nothing is left to wait for.
    process.exit(0);
  } catch (error) {
    fail(error);
  }
}

function fail(error) {
  console.error(error);
  process.exit(1);
}

/** The calls of the check on a connected client; answers with a short summary. */
export async function tell(client) {
  const { tools } = await client.listTools();
  checkTools(tools);
  checkSearch(await client.callTool({ name: 'search', arguments: { query: 'night' } }));
  checkAnswer('get_status', await client.callTool({ name: 'get_status', arguments: {} }));
  checkSearch(await client.callTool({ name: 'search_tracks', arguments: { query: 'night', limit: 3 } }));
  const { contents } = await client.readResource({ uri: 'spotify://status' });
  checkStatus(contents);
  for (const [what, bad] of Object.entries(badArguments)) {
    checkRefusal(what, await client.callTool({ name: 'search', arguments: bad }));
  }
  return `${tools.length} tools`;
}

export const badArguments = {
  'a limit out of range': { query: 'night', limit: 100000 },
  'an unknown argument': { query: 'night', qeury: 'night' },
  'a missing query': {},
};

export function checkTools(tools) {
  const names = tools.map((tool) => tool.name);
  for (const name of ['search', 'get_status']) assert(names.includes(name), `tools/list lacks ${name}`);
  assert(!names.includes('search_tracks'), 'an alias is listed');
}

export function checkAnswer(what, result) {
  assert(!result.isError, `${what} failed: ${text(result)}`);
  assert(text(result).length > 0, `${what}: no text content`);
  assert(result.structuredContent && typeof result.structuredContent === 'object', `${what}: no structuredContent`);
}

export function checkSearch(result) {
  checkAnswer('a search', result);
  assert.match(text(result), /open\.spotify\.com/, 'a search found nothing that can be passed on');
}

export function checkStatus(contents) {
  const status = JSON.parse(contents[0].text);
  for (const field of ['connected', 'user', 'user_id', 'server', 'version']) {
    assert(field in status, `spotify://status lacks ${field}`);
  }
  assert.equal(status.connected, true, 'spotify://status says that the demo person is not connected');
}

export function checkRefusal(what, result) {
  assert.equal(result.isError, true, `${what} was accepted`);
  assert(text(result).length > 0, `${what}: refused without a word`);
}

function text(result) {
  return (result.content ?? []).filter((block) => block.type === 'text').map((block) => block.text).join('\n');
}
