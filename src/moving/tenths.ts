/** Tells how far something is, in percent, no more often than ten times. */
export function tenths(tell: (percent: number) => void): (done: number, total: number) => void {
  let told = -1;
  return (done, total) => {
    const percent = total === 0 ? 100 : Math.floor((10 * done) / total) * 10;
    if (percent > told) tell(percent);
    told = Math.max(told, percent);
  };
}
