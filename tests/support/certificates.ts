import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Pair {
  /** Paths, for servers that are told them. */
  readonly files: { readonly cert: string; readonly key: string };
  readonly cert: string;
  readonly key: string;
}

/** An authority of our own, and what it has signed. Good for a day. */
export interface Certificates {
  readonly directory: string;
  readonly ca: string;
  readonly caFile: string;
  /** Of this machine, by its address on loopback. */
  readonly server: Pair;
  /** Of somebody whom the server lets in. */
  readonly client: Pair;
}

const EC = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** @param names those that the certificates have */
export function makeCertificates(names = 'IP:127.0.0.1,DNS:localhost'): Certificates {
  const directory = mkdtempSync(join(tmpdir(), 'flowproof-certificates-'));
  const at = (name: string): string => join(directory, name);
  const openssl = (...args: readonly string[]): unknown => execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  openssl('req', '-x509', ...EC, '-days', '1', '-subj', '/CN=authority', '-keyout', at('ca.key'), '-out', at('ca.crt'));
  const signed = (name: string): Pair => {
    const files = { cert: at(`${name}.crt`), key: at(`${name}.key`) };
    writeFileSync(at('names'), `subjectAltName=${names}`);
    openssl('req', ...EC, '-subj', `/CN=${name}`, '-keyout', files.key, '-out', at(`${name}.csr`));
    const by = ['-CA', at('ca.crt'), '-CAkey', at('ca.key'), '-CAcreateserial', '-days', '1', '-extfile', at('names')];
    openssl('x509', '-req', '-in', at(`${name}.csr`), ...by, '-out', files.cert);
    return { files, cert: readFileSync(files.cert, 'utf8'), key: readFileSync(files.key, 'utf8') };
  };
  return { directory, caFile: at('ca.crt'), ca: readFileSync(at('ca.crt'), 'utf8'), server: signed('server'), client: signed('client') };
}
