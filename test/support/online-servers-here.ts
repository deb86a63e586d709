import { inject } from 'vitest';
import { ONLINE_SERVERS } from './test-online.js';

// Read by every test service of this worker.
process.env[ONLINE_SERVERS] = inject('onlineServers');
