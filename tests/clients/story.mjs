// What every client must be able to do, told once for all clients that speak through the TypeScript `Client` interface.
// The address and the key come from the environment, so that they stand in no process list; the key is never printed.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

export const url = new URL(required('AUXCORD_MCP_URL'));
/** The same server for clients of the transport of 2024. */
export const sseUrl = new URL('/sse', url);
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

/**
 * The calls of the check on a connected client; answers with a short summary. Every tool is called unless `all` is
 * false: a client that got reading only would ask its person for more at the first one that writes.
 */
export async function tell(client, { all = true } = {}) {
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
  if (!all) return `${tools.length} tools`;
  await callEveryTool(tools, (name, args) => client.callTool({ name, arguments: args }));
  return `${tools.length} tools, each called`;
}

/** Calls each of `tools` at least once, by the table that all clients share. */
export async function callEveryTool(tools, call) {
  const steps = JSON.parse(readFileSync(new URL('every_tool.json', import.meta.url), 'utf8'));
  const uncalled = new Set(tools.map((tool) => tool.name));
  const kept = {};
  for (const step of steps) {
    // A server may offer fewer.
    if (!tools.some((tool) => tool.name === step.tool)) continue;
    const result = await call(step.tool, filled(step.arguments, kept));
    checkAnswer(step.tool, result);
    for (const [name, pointer] of Object.entries(step.keep ?? {})) {
      kept[name] = pointer.split('/').slice(1).reduce((value, part) => value?.[part], result.structuredContent);
      assert(kept[name] !== undefined, `${step.tool}: no ${pointer} in its answer`);
    }
    uncalled.delete(step.tool);
  }
  assert.deepEqual([...uncalled], [], 'no call is known for these tools');
}

/** `value` with each text that begins with `$` replaced by what an earlier answer said. */
function filled(value, kept) {
  if (typeof value === 'string') return value.startsWith('$') ? kept[value.slice(1)] : value;
  if (Array.isArray(value)) return value.map((item) => filled(item, kept));
  if (value && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, filled(inner, kept)]));
  }
  return value;
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
