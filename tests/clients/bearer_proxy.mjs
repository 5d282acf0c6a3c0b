// A loopback reverse proxy that adds the bearer: the conformance suite has no option for headers. Everything else passes unchanged and
// unbuffered both ways, the Host header included, so that the server's own checks are what is tested.
// `node bearer_proxy.mjs` prints the port it listens on; it ends with its parent's signal.

import http from 'node:http';

const upstream = new URL(process.env.AUXCORD_MCP_URL);
const key = process.env.AUXCORD_KEY;

const proxy = http.createServer((request, response) => {
  const headers = { ...request.headers, authorization: `Bearer ${key}` };
  const forwarded = http.request(
    { host: upstream.hostname, port: upstream.port, method: request.method, path: request.url, headers },
    (answer) => {
      response.writeHead(answer.statusCode, answer.rawHeaders);
      answer.pipe(response);
    },
  );
  forwarded.on('error', (error) => {
    if (response.headersSent) response.destroy();
    else response.writeHead(502).end(error.message);
  });
  // A client that goes away is a cancellation: the server must see it too.
  response.on('close', () => forwarded.destroy());
  request.pipe(forwarded);
});

proxy.listen(0, '127.0.0.1', () => console.log(proxy.address().port));
