import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { requireCounterpart } from '../counterparts/counterpart.js';
import { KAFKA, KAFKA_ACCOUNT, kafkaCommand, kafkaStorage, propertiesText } from '../counterparts/kafka.js';
import { makeCertificates } from './certificates.js';
import { reservePorts } from './ports.js';
import { type ServerControl, ServerProcess } from './server-process.js';
import { temporaryFolder } from './temporary-folder.js';

/** A broker of Kafka for one test file; topics are made by whoever wants them. */
export type KafkaBroker = ServerControl & {
  /** Takes plain connections of anybody. */
  readonly brokers: readonly string[];
  /** The same broker over TLS, for one account by SASL (`plain`, `scram-sha-256`, `scram-sha-512`). */
  readonly secured: {
    readonly brokers: readonly string[];
    readonly caFile: string;
    readonly username: string;
    readonly password: string;
  };
};

type KafkaOptions = {
  /** The port that clients are sent to, where it is not the broker's own: that of a proxy before it. */
  readonly advertisedPort?: number;
  /** More properties of the broker. */
  readonly properties?: Readonly<Record<string, string | number>>;
};

/** Broker and controller in one process. Four seconds. */
export async function startKafka(options: KafkaOptions = {}): Promise<KafkaBroker> {
  requireCounterpart(KAFKA);
  const [port, securedPort, controllerPort] = await reservePorts(3);
  const folder = temporaryFolder('kafka');
  const { caFile, certFile, keyFile } = makeCertificates(folder);
  const keyStore = join(folder, 'server-chain.pem');
  writeFileSync(keyStore, `${readFileSync(keyFile, 'utf8')}${readFileSync(certFile, 'utf8')}`);
  cpSync(kafkaStorage(), join(folder, 'storage'), { recursive: true });
  const ports = { port: port!, securedPort: securedPort!, controllerPort: controllerPort! };
  const properties = join(folder, 'broker.properties');
  writeFileSync(
    properties,
    propertiesText({
      ...listeners(ports, options.advertisedPort ?? ports.port),
      ...security(keyStore),
      ...ALONE,
      'log.dirs': join(folder, 'storage'),
      ...options.properties,
    }),
  );
  const server = new ServerProcess({
    name: KAFKA.name,
    ...kafkaCommand(properties),
    folder,
    probe: () => answersVersions(ports.port),
  });
  await server.start();
  return Object.assign(server, {
    brokers: [`127.0.0.1:${port}`],
    secured: { brokers: [`127.0.0.1:${securedPort}`], caFile, ...KAFKA_ACCOUNT },
  });
}

type Ports = { readonly port: number; readonly securedPort: number; readonly controllerPort: number };

function listeners(
  { port, securedPort, controllerPort }: Ports,
  advertisedPort: number,
): Readonly<Record<string, string | number>> {
  return {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAIN',
    'listener.security.protocol.map': 'PLAIN:PLAINTEXT,SECURED:SASL_SSL,CONTROLLER:PLAINTEXT',
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

/** Asks for the versions of its requests (key 18, version 0), which a broker answers once it is up. */
function answersVersions(port: number): Promise<void> {
  const request = Buffer.from([0, 0, 0, 11, 0, 18, 0, 0, 0, 0, 0, 1, 0, 1, 0x78]);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, timeout: PROBE_DEADLINE_MS }, () =>
      socket.write(request),
    );
    const end = (then: () => void) => () => {
      socket.destroy();
      then();
    };
    socket.once('data', end(resolve));
    const refuse = end(() => reject(new Error('no answer')));
    socket.once('error', refuse).once('timeout', refuse).once('end', refuse);
  });
}

/** One broker alone, and topics made on purpose. */
const ALONE = {
  'num.partitions': 1,
  'auto.create.topics.enable': 'false',
  'group.initial.rebalance.delay.ms': 0,
  // A killed broker is let in again when its old session is over.
  'broker.session.timeout.ms': 3000,
  'broker.heartbeat.interval.ms': 500,
  'offsets.topic.num.partitions': 3,
  'offsets.topic.replication.factor': 1,
  'transaction.state.log.num.partitions': 3,
  'transaction.state.log.replication.factor': 1,
  'transaction.state.log.min.isr': 1,
  'share.coordinator.state.topic.num.partitions': 3,
  'share.coordinator.state.topic.replication.factor': 1,
  'share.coordinator.state.topic.min.isr': 1,
  // The cleaner's buffer would take half of the heap.
  'log.cleaner.dedupe.buffer.size': 33_554_432,
};
const PROBE_DEADLINE_MS = 2000;
