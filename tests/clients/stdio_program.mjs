// How the checks start auxcord as a local program, and who agrees at Spotify. What is started comes from the environment.

import { execFileSync } from 'node:child_process';

export const program = process.env.AUXCORD_BIN;

/** The settings of one person's own auxcord, and nothing else. */
export function settings(more = {}) {
  const spotify = Object.entries(process.env).filter(([name]) => name.startsWith('SPOTIFY_'));
  return {
    PATH: process.env.PATH, HOME: process.env.AUXCORD_STDIO_HOME, TOOLSETS: 'core,spoken,curation', LOG: 'warn',
    ...Object.fromEntries(spotify), ...more,
  };
}

/** Agrees at Spotify; the address that the browser is sent to. */
export function agree(url) {
  const script = new URL('stdio_spotify.py', import.meta.url).pathname;
  return execFileSync(process.env.AUXCORD_PYTHON, [script, url], { encoding: 'utf8' }).trim();
}
