// Leads one name to loopback in this process, as an entry in /etc/hosts would: that of the server that AUXCORD_MCP_URL names.

import dns from 'node:dns';

const ours = new URL(process.env.AUXCORD_MCP_URL).hostname;
const { lookup } = dns;

dns.lookup = (name, options, callback) => {
  if (name !== ours) return lookup(name, options, callback);
  const [given, done] = typeof options === 'function' ? [{}, options] : [options ?? {}, callback];
  const found = { address: '127.0.0.1', family: 4 };
  process.nextTick(() => (given.all ? done(null, [found]) : done(null, found.address, found.family)));
};
