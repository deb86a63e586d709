import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { requireCounterpart } from '../counterparts/counterpart.js';
import { KAFKA, KAFKA_ACCOUNT, kafkaCommand, kafkaProperties, kafkaStorage } from '../counterparts/kafka.js';
import { makeCertificates } from './certificates.js';
import { FaultProxy } from './fault-proxy.js';
import { kafkaAnswers } from './kafka-answers.js';
import { reservePorts } from './ports.js';
import { type ServerControl, ServerProcess } from './server-process.js';
import { temporaryFolder } from './temporary-folder.js';

/** A broker of Kafka for one test file; topics are made by whoever wants them. */
export type KafkaBroker = ServerControl & {
  /** Takes plain connections of anybody. */
  readonly brokers: readonly string[];
  /** What stands before those, where that was asked for; connections over TLS pass it by. */
  readonly proxy: FaultProxy | null;
  /** The same broker over TLS, for one account by SASL (`plain`, `scram-sha-256`, `scram-sha-512`). */
  readonly secured: {
    readonly brokers: readonly string[];
    readonly caFile: string;
    readonly username: string;
    readonly password: string;
  };
};

type KafkaOptions = {
  readonly proxied?: boolean;
  /** More properties of the broker. */
  readonly properties?: Readonly<Record<string, string | number>>;
};

/** Broker and controller in one process. Two seconds, more on a busy machine. */
export async function startKafka(options: KafkaOptions = {}): Promise<KafkaBroker> {
  requireCounterpart(KAFKA);
  const [port, securedPort, controllerPort] = await reservePorts(3);
  const folder = temporaryFolder('kafka');
  const { caFile, certFile, keyFile } = makeCertificates(folder);
  const keyStore = join(folder, 'server-chain.pem');
  writeFileSync(keyStore, `${readFileSync(keyFile, 'utf8')}${readFileSync(certFile, 'utf8')}`);
  cpSync(kafkaStorage(), join(folder, 'storage'), { recursive: true });
  const ports = { port: port!, securedPort: securedPort!, controllerPort: controllerPort! };
  const proxy = options.proxied ? await FaultProxy.open(ports.port) : null;
  const clientPort = proxy?.port ?? ports.port;
  const properties = join(folder, 'broker.properties');
  writeFileSync(
    properties,
    kafkaProperties({
      ...listeners(ports, clientPort),
      ...security(keyStore),
      'log.dirs': join(folder, 'storage'),
      ...options.properties,
    }),
  );
  const server = new ServerProcess({
    name: KAFKA.name,
    ...kafkaCommand(properties),
    folder,
    probe: () => kafkaAnswers(ports.port),
  });
  await server.start();
  const end = server.close.bind(server);
  const close = async (): Promise<void> => {
    await proxy?.close();
    await end();
  };
  return Object.assign(server, {
    close,
    brokers: [`127.0.0.1:${clientPort}`],
    proxy,
    secured: { brokers: [`127.0.0.1:${securedPort}`], caFile, ...KAFKA_ACCOUNT },
  });
}

type Ports = { readonly port: number; readonly securedPort: number; readonly controllerPort: number };

function listeners(
  { port, securedPort, controllerPort }: Ports,
  advertisedPort: number,
): Readonly<Record<string, string | number>> {
  return {
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    listeners: `PLAIN://127.0.0.1:${port},SECURED://127.0.0.1:${securedPort},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAIN://127.0.0.1:${advertisedPort},SECURED://127.0.0.1:${securedPort}`,
  };
}

function security(keyStore: string): Readonly<Record<string, string>> {
  const { username, password } = KAFKA_ACCOUNT;
  const scram = 'org.apache.kafka.common.security.scram.ScramLoginModule required;';
  const listener = 'listener.name.secured';
  return {
    [`${listener}.ssl.keystore.type`]: 'PEM',
    [`${listener}.ssl.keystore.location`]: keyStore,
    [`${listener}.sasl.enabled.mechanisms`]: 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
    [`${listener}.plain.sasl.jaas.config`]: `org.apache.kafka.common.security.plain.PlainLoginModule required user_${username}="${password}";`,
    [`${listener}.scram-sha-256.sasl.jaas.config`]: scram,
    [`${listener}.scram-sha-512.sasl.jaas.config`]: scram,
  };
}
