/** The whole service, as {@link LawService} starts it: on a clock that its parent moves, gone when its parent is. */
import { createApp } from '../../../src/create-app.js';
import { ManualClock } from '../../../src/platform/clock.js';
import {
  type Configuration,
  configurationIn,
  loadConfiguration,
} from '../../../src/platform/configuration.js';
import type { FromChild, ToChild } from './law-service.js';

const [dataDir, root, nowUs, file] = process.argv.slice(2) as [string, string, string, string?];
const clock = new ManualClock(BigInt(nowUs));

process.on('message', (message: ToChild) => {
  clock.set(BigInt(message.nowUs));
  tell({ kind: 'clock' });
});
process.on('disconnect', () => process.exit(1));

const app = await createApp({ ...configuration(), dataRoots: [root] }, { clock });
app.enableShutdownHooks(['SIGTERM']);
await app.listen(0, '127.0.0.1');
tell({ kind: 'listening', baseUrl: await app.getUrl() });

/** Embedded, but for what the file moves to other engines. */
function configuration(): Configuration {
  if (file === undefined) return configurationIn(dataDir);
  return loadConfiguration({
    ...{ PLUMBLINE_CONFIG: file, PLUMBLINE_DATA_DIR: dataDir },
    ...{ PLUMBLINE_PORT: '0', PLUMBLINE_LOG_LEVEL: 'warn' },
  });
}

function tell(message: FromChild): void {
  process.send!(message);
}
