import { inject } from 'vitest';
import { REGISTRY_SERVER } from './test-registry.js';

// Read by every test service of this worker.
process.env[REGISTRY_SERVER] = inject('registryServerUrl');
