import { connect } from 'node:net';

/** Asks the broker for the versions of its requests (key 18, version 0), which a broker answers once it is up. */
export function kafkaAnswers(port: number): Promise<void> {
  const request = Buffer.from([0, 0, 0, 11, 0, 18, 0, 0, 0, 0, 0, 1, 0, 1, 0x78]);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, timeout: PROBE_DEADLINE_MS }, () =>
      socket.write(request),
    );
    const end = (then: () => void) => () => {
      socket.destroy();
      then();
    };
    socket.once('data', end(resolve));
    const refuse = end(() => reject(new Error('no answer')));
    socket.once('error', refuse).once('timeout', refuse).once('end', refuse);
  });
}

const PROBE_DEADLINE_MS = 2000;
