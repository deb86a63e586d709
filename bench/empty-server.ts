/** `node dist/bench/empty-server.js`: answers everything with two bytes, the least that node:http can do; prints its port. */
import { createServer } from 'node:http';

const BODY = Buffer.from('{}');

const server = createServer((request, response) => {
  request.resume();
  request.on('end', () => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': BODY.length });
    response.end(BODY);
  });
});

server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  console.log(typeof address === 'object' && address !== null ? address.port : '');
});
