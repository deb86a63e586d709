import type { TestProject } from 'vitest/node';
import type { RedisServers } from './redis.js';
import { startRedisCluster } from './redis-cluster.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where test services of this project keep their online state, as JSON. */
    readonly onlineServers: string;
  }
}

let servers: RedisServers | null = null;

/** Vitest's: one Redis Cluster for all test files of a project. */
export async function setup(project: TestProject): Promise<void> {
  servers = await startRedisCluster();
  project.provide('onlineServers', JSON.stringify(servers.addresses));
}

export async function teardown(): Promise<void> {
  await servers?.close();
}
