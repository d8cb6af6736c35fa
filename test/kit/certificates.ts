import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A certificate that signs for itself, and its key, as files and as PEM. */
export interface Certificate extends Disposable {
  certFile: string;
  keyFile: string;
  cert: string;
  key: string;
}

/** Made by openssl for this name: `IP:127.0.0.1`, `DNS:mail.x.example`. */
export const makeCertificate = (name: string): Certificate => {
  const dir = mkdtempSync(join(tmpdir(), 'ashford-certificate-'));
  const [certFile, keyFile] = [join(dir, 'cert.pem'), join(dir, 'key.pem')];
  const subject = ['-subj', '/CN=Test', '-addext', `subjectAltName=${name}`];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', keyFile];
  execFileSync('openssl', ['req', '-x509', '-days', '2', ...key, '-out', certFile, ...subject], {
    stdio: 'ignore',
  });
  return {
    certFile,
    keyFile,
    cert: readFileSync(certFile, 'utf8'),
    key: readFileSync(keyFile, 'utf8'),
    [Symbol.dispose]: () => rmSync(dir, { recursive: true, force: true }),
  };
};
