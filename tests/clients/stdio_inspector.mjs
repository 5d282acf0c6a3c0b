// The Inspector's command line with a program of its own over standard input and output, in one era: each call starts a process, so the
// login is begun by one and ended by another. `node stdio_inspector.mjs legacy|modern`.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { badArguments, checkAnswer, checkRefusal, checkSearch, checkStatus, checkTools, main } from './story.mjs';
import { agree, program, settings } from './stdio_program.mjs';

const era = process.argv[2];
const manifest = createRequire(import.meta.url).resolve('@modelcontextprotocol/inspector/package.json');
const inspector = join(dirname(manifest), 'clients', 'launcher', 'build', 'index.js');

/** The Inspector's documented exit codes that this check expects. */
const OK = 0;
const TOOL_ERROR = 5;

function inspect(...args) {
  const variables = Object.entries(settings()).flatMap(([name, value]) => ['-e', `${name}=${value}`]);
  const child = spawn(
    process.execPath,
    [inspector, '--cli', ...variables, program, 'stdio', '--protocol-era', era, '--format', 'json', ...args],
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
  const { code, out, err } = await inspect(...args);
  assert.equal(code, expected, `exit code ${code} for ${args.join(' ')}\n${out}\n${err}`);
  return JSON.parse(out);
}

async function call(expected, name, args) {
  const answer = await ask(expected, '--method', 'tools/call', '--tool-name', name, '--tool-args-json', JSON.stringify(args));
  return answer.result;
}

await main(async () => {
  const listed = await ask(OK, '--method', 'tools/list', '--strict');
  assert.deepEqual(listed.schemaFindings ?? [], [], 'the strict check of the schemas found something');
  checkTools(listed.result.tools);
  checkRefusal('a search before anybody connected', await call(TOOL_ERROR, 'search', { query: 'night' }));
  const begun = await call(OK, 'connect', {});
  checkAnswer('connect', begun);
  const linked = await call(OK, 'connect', { callback_url: agree(begun.structuredContent.url) });
  assert.equal(linked.structuredContent.connected, true);
  checkSearch(await call(OK, 'search', { query: 'night' }));
  const { result: status } = await ask(OK, '--method', 'resources/read', '--uri', 'spotify://status');
  checkStatus(status.contents);
  for (const [what, bad] of Object.entries(badArguments)) checkRefusal(what, await call(TOOL_ERROR, 'search', bad));
  return `${listed.result.tools.length} tools, no schema findings; linked by a pasted address`;
}, 150);
