import { type Clock, ManualClock } from './clock.js';

/** What a parent process sends over its channel to move the clock; microseconds since the Unix epoch, as text. */
type ClockMove = { readonly kind: 'clock'; readonly nowUs: string };

/**
 * A clock that stands still but for what the parent process says: replays and demos move it with the rows that they send.
 * Each move is answered with `{ kind: 'clock' }`, so that requests sent afterwards see it. Requests never set it (S14).
 */
export function parentClock(startUs: bigint): Clock {
  const clock = new ManualClock(startUs);
  process.on('message', (message: unknown) => {
    if (!isClockMove(message)) return;
    clock.set(BigInt(message.nowUs));
    process.send?.({ kind: 'clock' });
  });
  return clock;
}

function isClockMove(message: unknown): message is ClockMove {
  return (
    typeof message === 'object' &&
    message !== null &&
    'kind' in message &&
    message.kind === 'clock' &&
    'nowUs' in message &&
    typeof message.nowUs === 'string' &&
    /^-?\d{1,18}$/.test(message.nowUs)
  );
}
