import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FaultProxy } from './fault-proxy.js';

let server: Server;
let proxy: FaultProxy;
let asked: string;
const clients: Socket[] = [];

beforeEach(async () => {
  asked = '';
  server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (data) => {
      asked += data.toString();
      socket.write(data.toString().toUpperCase());
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  proxy = await FaultProxy.open(typeof address === 'object' ? address!.port : 0);
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await proxy.close();
  await new Promise((resolve) => server.close(resolve));
});

/** A client, what it was answered so far, and its end with the error's code. */
async function client() {
  const socket = connect(proxy.port, '127.0.0.1');
  clients.push(socket);
  const seen = { answered: '' };
  socket.on('data', (data) => {
    seen.answered += data.toString();
  });
  const ended = new Promise<string>((resolve) => {
    socket.once('error', (error) => resolve('code' in error ? String(error.code) : error.message));
  });
  await once(socket, 'connect');
  return { socket, seen, ended };
}

const answered = (seen: { readonly answered: string }, text: string) =>
  expect.poll(() => seen.answered, { timeout: 5000 }).toBe(text);

describe('a fault proxy', () => {
  it('passes on what is asked and answered, and the end', async () => {
    const { socket, seen } = await client();
    socket.write('one');
    await answered(seen, 'ONE');
    socket.end();
    await once(socket, 'close');
  });

  it('cuts connections, open and new, until it resumes', async () => {
    const { ended } = await client();
    proxy.cut();
    expect(await ended).toBe('ECONNRESET');
    const late = connect(proxy.port, '127.0.0.1');
    clients.push(late);
    expect(await once(late, 'error')).toMatchObject([{ code: 'ECONNRESET' }]);
    proxy.resume();
    const { socket, seen } = await client();
    socket.write('a');
    await answered(seen, 'A');
  });

  it('delays, and keeps the order when the delay ends', async () => {
    const { socket, seen } = await client();
    proxy.delay(60);
    const started = performance.now();
    socket.write('a');
    await answered(seen, 'A');
    expect(performance.now() - started).toBeGreaterThanOrEqual(119);
    socket.write('b');
    await expect.poll(() => asked).toBe('ab');
    proxy.resume();
    socket.write('c');
    await answered(seen, 'ABC');
  });

  it('holds everything, and delivers it when it resumes', async () => {
    const { socket, seen } = await client();
    proxy.hold();
    socket.write('old');
    const second = await client();
    second.socket.write('+');
    await expect.poll(() => proxy.harm.waiting).toBe(2);
    expect([asked, seen.answered]).toEqual(['', '']);
    proxy.resume();
    await answered(seen, 'OLD');
    await answered(second.seen, '+');
  });

  it('takes connections half open and resets them when it resumes; idle ones go on', async () => {
    const [idle, busy] = [await client(), await client()];
    proxy.halfOpen();
    const late = await client();
    for (const { socket } of [busy, late]) socket.write('x');
    await expect.poll(() => proxy.harm.broken).toBe(2);
    proxy.resume();
    expect(await Promise.all([busy.ended, late.ended])).toEqual(['ECONNRESET', 'ECONNRESET']);
    expect(asked).toBe('');
    idle.socket.write('i');
    await answered(idle.seen, 'I');
  });

  it('loses answers of what was done', async () => {
    const { socket, seen, ended } = await client();
    proxy.loseAnswers();
    socket.write('1');
    await expect.poll(() => asked).toBe('1');
    socket.write('2');
    await expect.poll(() => asked).toBe('12');
    await expect.poll(() => proxy.harm.broken).toBe(1);
    proxy.resume();
    expect(await ended).toBe('ECONNRESET');
    expect(seen.answered).toBe('');
  });
});
