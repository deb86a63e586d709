import { EventEmitter } from 'node:events';
import { Readable } from 'node:stream';
import { afterEach, expect, it } from 'vitest';
import { configurationIn } from '../../src/platform/configuration.js';
import { type ForwardingHost, forwardRequests } from '../../src/platform/forwarding.js';
import type { HttpReply, HttpRequest } from '../../src/platform/http-types.js';
import { openPeer, type Peer } from '../../src/platform/peer.js';
import { temporaryFolder } from '../support/temporary-folder.js';

let peer: Peer | null = null;
afterEach(() => peer?.close());

it('refuses with a code what a process is asked that is starting (docs/errors.md)', async () => {
  peer = await openPeer(configurationIn(temporaryFolder('peer')));
  await expect(forwarded(peer.address)).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    message: `the process at ${peer.address} that answers this is starting; nothing was done; try again`,
  });
  peer.serve((_, response) => response.writeHead(200).end('{}'));
  expect(await forwarded(peer.address)).toBe(200);
});

/** The status of the answer that a request got elsewhere. */
async function forwarded(address: string): Promise<number> {
  const hooks: ((request: HttpRequest, reply: HttpReply) => Promise<unknown>)[] = [];
  const host = {
    addHook: (name: string, hook: (typeof hooks)[number]) => name === 'onRequest' && hooks.push(hook),
  };
  const places = { ofRequest: () => address, isInBody: () => false, ofBody: () => null };
  forwardRequests(host as unknown as ForwardingHost, places);
  const request = { raw: Readable.from([]), url: '/ready', method: 'GET', headers: {} };
  let status = 0;
  const reply = {
    raw: new EventEmitter(),
    status: (code: number) => (status = code),
    header: () => reply,
    send: (answer: Readable) => answer.resume(),
  };
  await hooks[0]!(request as unknown as HttpRequest, reply as unknown as HttpReply);
  return status;
}
