// A client for checks in a real browser: it registers, says where the person is to be sent, hears them come back on loopback, and redeems codes.

import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { url } from './story.mjs';

const asked = ['music:read', 'playback:control', 'playlists:write'];
const random = () => randomBytes(32).toString('base64url');

/** Registers a public client; answers with its id. */
export async function register(name, redirectUris) {
  const answer = await fetch(new URL('/register', url), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ client_name: name, redirect_uris: redirectUris, token_endpoint_auth_method: 'none' }),
  });
  const registered = await answer.json();
  assert.equal(answer.status, 201, `the registration was answered with ${answer.status}: ${JSON.stringify(registered)}`);
  return registered.client_id;
}

/** One request to be shown to a person: its address, and what its answer is held against. */
export function request(client, redirectUri) {
  const state = random();
  const verifier = random();
  const address = new URL('/authorize', url);
  address.search = new URLSearchParams({
    response_type: 'code', client_id: client, redirect_uri: redirectUri, state, scope: asked.join(' '), resource: url.href,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'), code_challenge_method: 'S256',
  });
  return { address: address.href, client, redirectUri, state, verifier };
}

/** What came back, which must belong to the request. */
export function answered(request, back) {
  const { searchParams } = new URL(back);
  const names = [...searchParams.keys()];
  assert.equal(new Set(names).size, names.length, `a parameter came back twice: ${names}`);
  assert.equal(searchParams.get('state'), request.state, 'the state is not the one that was sent');
  assert.equal(searchParams.get('iss'), url.origin, 'the issuer is not the server');
  return { code: searchParams.get('code'), error: searchParams.get('error') };
}

/** The tokens for the code of an answer. */
export async function redeem(request, code) {
  const form = {
    grant_type: 'authorization_code', code, redirect_uri: request.redirectUri, client_id: request.client, code_verifier: request.verifier,
    resource: url.href,
  };
  const answer = await fetch(new URL('/token', url), { method: 'POST', body: new URLSearchParams(form) });
  assert.equal(answer.status, 200, `/token answered ${answer.status}`);
  return answer.json();
}

/** The HTTP status of a call with a token. */
export async function statusOf(token) {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' });
  const accept = 'application/json, text/event-stream';
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json', accept };
  return (await fetch(url, { method: 'POST', headers, body })).status;
}

/** A loopback listener as native clients have one; `/frame?URL` shows another page within its own. */
export function listen() {
  const server = createServer((incoming, response) => {
    const framed = incoming.url.startsWith('/frame?') ? decodeURIComponent(incoming.url.slice('/frame?'.length)) : undefined;
    const body = framed ? `<iframe src="${framed.replaceAll('&', '&amp;')}"></iframe>` : '<h1 id="arrived">Back at the client</h1>';
    const page = `<!doctype html><html lang="en"><title>Client</title>${body}</html>`;
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page);
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve({ server, origin: `http://127.0.0.1:${server.address().port}` }));
  });
}
