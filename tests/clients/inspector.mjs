// The Inspector's command line in one era, over the endpoint or the transport of 2024: `node inspector.mjs legacy|modern [sse]`. Each call is a process of its own.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import {
  badArguments, checkAnswer, checkRefusal, checkSearch, checkStatus, checkTools, key, main, sseUrl, url, wrongKey,
} from './story.mjs';

const era = process.argv[2];
const transport = process.argv[3] ?? 'http';
const address = transport === 'sse' ? sseUrl : url;
const manifest = createRequire(import.meta.url).resolve('@modelcontextprotocol/inspector/package.json');
const program = join(dirname(manifest), 'clients', 'launcher', 'build', 'index.js');

/** The Inspector's documented exit codes that this check expects. */
const OK = 0;
const AUTH_REQUIRED = 3;
const TOOL_ERROR = 5;

function inspect(bearer, ...args) {
  const connection = ['--cli', address.href, '--transport', transport, '--header', `Authorization: Bearer ${bearer}`];
  const child = spawn(
    process.execPath,
    [program, ...connection, '--protocol-era', era, '--stored-auth-only', '--format', 'json', ...args],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk) => (out += chunk));
  child.stderr.on('data', (chunk) => (err += chunk));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out, err }));
  });
}

async function ask(expected, ...args) {
  const { code, out, err } = await inspect(key, ...args);
  assert.equal(code, expected, `exit code ${code} for ${args.join(' ')}\n${out}\n${err}`);
  return JSON.parse(out);
}

async function call(expected, name, args) {
  const answer = await ask(expected, '--method', 'tools/call', '--tool-name', name, '--tool-args-json', JSON.stringify(args));
  return answer.result;
}

await main(async () => {
  const refused = await inspect(wrongKey, '--method', 'tools/list');
  assert.equal(refused.code, AUTH_REQUIRED, `a wrong key: exit code ${refused.code}\n${refused.err}`);
  const listed = await ask(OK, '--method', 'tools/list', '--strict');
  // The Inspector leaves the member out when it found nothing.
  assert.deepEqual(listed.schemaFindings ?? [], [], 'the strict check of the schemas found something');
  checkTools(listed.result.tools);
  checkSearch(await call(OK, 'search', { query: 'night' }));
  checkAnswer('get_status', await call(OK, 'get_status', {}));
  // Aliases are not tried here: the Inspector itself refuses to call a tool that is not listed.
  const { result: status } = await ask(OK, '--method', 'resources/read', '--uri', 'spotify://status');
  checkStatus(status.contents);
  for (const [what, bad] of Object.entries(badArguments)) checkRefusal(what, await call(TOOL_ERROR, 'search', bad));
  return `${listed.result.tools.length} tools, no schema findings`;
});
