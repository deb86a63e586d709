import { afterEach, expect, it, vi } from 'vitest';
import { parentClock } from '../../src/platform/parent-clock.js';

const START_US = 1_388_000_000_000_000n;

afterEach(() => vi.restoreAllMocks());

it('stands still until the parent moves it, forwards or back, and answers each move', () => {
  const { say, answers } = parent();
  const clock = parentClock(START_US);
  expect([clock.nowUs(), clock.nowUs()]).toEqual([START_US, START_US]);
  for (const nowUs of [START_US + 1n, START_US - 5n, -1n]) {
    say({ kind: 'clock', nowUs: String(nowUs) });
    expect(clock.nowUs()).toBe(nowUs);
  }
  expect(answers()).toEqual([{ kind: 'clock' }, { kind: 'clock' }, { kind: 'clock' }]);
});

it.each([
  null,
  'clock',
  { kind: 'clock' },
  { kind: 'clock', nowUs: 5 },
  { kind: 'clock', nowUs: '' },
  { kind: 'clock', nowUs: '1e3' },
  { kind: 'clock', nowUs: '9'.repeat(20) },
  { kind: 'shutdown', nowUs: '5' },
])('does not hear %j', (message) => {
  const { say, answers } = parent();
  const clock = parentClock(START_US);
  say(message);
  expect([clock.nowUs(), answers()]).toEqual([START_US, []]);
});

/** This process as the child of one that sends messages. */
function parent() {
  let hear: (message: unknown) => void = () => {};
  vi.spyOn(process, 'on').mockImplementation((_, listener) => {
    hear = listener;
    return process;
  });
  const sent: unknown[] = [];
  const { send } = process;
  process.send = (message: unknown) => sent.push(message) > 0;
  return {
    say: (message: unknown) => hear(message),
    answers: () => {
      Object.assign(process, { send });
      return sent;
    },
  };
}
