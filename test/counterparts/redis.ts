import type { InstalledCounterpart } from './counterpart.js';
import { versionOf } from './tool.js';

/** Redis, from its oldest version that we support: single, Sentinel and Cluster are one program. */
export const REDIS: InstalledCounterpart = {
  kind: 'installed',
  name: 'redis',
  judges: 'the online store on Redis',
  packages: ['redis-server', 'openssl'],
  find: () => {
    if (versionOf('openssl', 'version') === null) return null;
    const [, version, major] = / v=((\d+)[\d.]*)/.exec(versionOf(REDIS_SERVER, '--version') ?? '') ?? [];
    return Number(major) >= LEAST_REDIS ? `${REDIS_SERVER} ${version}` : null;
  },
};

/** The program; with `--sentinel` it watches others. */
export const REDIS_SERVER = 'redis-server';

const LEAST_REDIS = 7;
