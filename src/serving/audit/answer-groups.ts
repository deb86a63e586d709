import type { LoggedAnswer } from '../../online/answer-line.js';

/** Answers that are replayed by one retrieval: its cost is spread, and they and their frame fit into some tens of MiB. */
const GROUP_ANSWERS = 10_000;

/** Groups that are open at once; a service whose group is given away early has another one later. */
const MAX_OPEN = 32;

/** Answers that were asked for alike, so that one frame replays them. */
export type AnswerGroup = readonly [LoggedAnswer, ...(readonly LoggedAnswer[])];

/** Answers in groups of one feature service version or list of features each; no group is empty. */
export async function* answerGroups(answers: AsyncIterable<LoggedAnswer>): AsyncIterable<AnswerGroup> {
  const open = new Map<string, [LoggedAnswer, ...LoggedAnswer[]]>();
  for await (const answer of answers) {
    const key = JSON.stringify([answer.featureService, answer.features]);
    const group = open.get(key);
    if (group === undefined) {
      open.set(key, [answer]);
      if (open.size <= MAX_OPEN) continue;
      const [fullest, full] = [...open].reduce((most, each) =>
        each[1].length > most[1].length ? each : most,
      );
      open.delete(fullest);
      yield full;
      continue;
    }
    group.push(answer);
    if (group.length < GROUP_ANSWERS) continue;
    open.delete(key);
    yield group;
  }
  yield* open.values();
}
