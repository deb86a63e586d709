import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Paths of PEM files. The certificate is of the loopback, signed by an authority that nobody else knows. */
export type Certificates = { readonly caFile: string; readonly certFile: string; readonly keyFile: string };

/** Makes an authority and a certificate by OpenSSL; a tenth of a second. */
export function makeCertificates(folder: string): Certificates {
  const path = (name: string): string => join(folder, name);
  const openssl = (...args: readonly string[]): void => {
    execFileSync('openssl', args, { stdio: 'pipe', cwd: folder });
  };
  const key = (name: string): readonly string[] => [
    '-newkey',
    'ec',
    ...CURVE,
    '-nodes',
    '-keyout',
    path(name),
  ];
  openssl(
    'req',
    '-x509',
    ...key('ca.key'),
    '-days',
    DAYS,
    '-subj',
    '/CN=test authority',
    '-out',
    path('ca.pem'),
  );
  openssl('req', ...key('server.key'), '-subj', '/CN=127.0.0.1', '-out', path('server.csr'));
  writeFileSync(path('server.ext'), 'subjectAltName=IP:127.0.0.1,DNS:localhost\n');
  const authority = ['-CA', path('ca.pem'), '-CAkey', path('ca.key'), '-CAcreateserial'];
  const made = ['-in', path('server.csr'), '-extfile', path('server.ext'), '-out', path('server.pem')];
  openssl('x509', '-req', ...authority, ...made, '-days', DAYS);
  return { caFile: path('ca.pem'), certFile: path('server.pem'), keyFile: path('server.key') };
}

const CURVE = ['-pkeyopt', 'ec_paramgen_curve:P-256'];
const DAYS = '30';
