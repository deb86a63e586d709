import { jsonBody } from '../sdk/typescript/src/wire.js';
import { inferRequest } from './prediction.js';
import { PROJECT, type Story } from './story.js';

/** Requests to the service that was left running, to paste into a terminal. */
export function curlLines({ service, findings }: Story): string {
  const root = `${service.baseUrl}/v1/projects/${PROJECT}`;
  const flight = findings.online.flights[0]!.flight;
  const { flightId, carrier, origin, dest, tailnum } = flight;
  const entity = { flight_id: flightId, carrier, origin, dest, tailnum };
  const post = (path: string, body: unknown): string =>
    `curl -s ${root}/${path} -H 'content-type: application/json' -d '${jsonBody(body)}'`;
  return `
The service is up at ${service.baseUrl} (API: ${service.baseUrl}/docs); end it with Ctrl-C. Its clock shows 2 January
2014, so the last weather observation is EXPIRED by now: it says so instead of serving it. Paste:

${post('online/lookup', { featureService: 'arrival_delay', entities: [entity] })}

${post('v2/models/arrival_delay/infer', { inputs: inferRequest([flight], ['probability']).inputs })}

curl -s ${root}/jobs

node dist/src/cli/main.js explain --url ${service.baseUrl} --project ${PROJECT} --at ${findings.online.asOf} \\
  --feature origin_departures:delay_1h --entity '${jsonBody({ origin })}'

node dist/src/cli/main.js audit --url ${service.baseUrl} --project ${PROJECT}
`;
}
