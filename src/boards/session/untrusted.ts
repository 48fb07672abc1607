/** What is wrong with a certificate, by the codes of OpenSSL's verification and those of Node.js. */
const UNTRUSTED =
  /^(CERT_|ERR_TLS_CERT|DEPTH_ZERO_SELF_SIGNED|SELF_SIGNED_CERT|UNABLE_TO_(GET_ISSUER|VERIFY_LEAF)|INVALID_CA|HOSTNAME_MISMATCH)/;

/** Why a server's certificate is not trusted, where that is what a connection failed with: no time changes it. */
export function whyUntrusted(error: unknown): string | undefined {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 10; cause = cause.cause, depth++) {
    const { code, message } = cause as Error & { readonly code?: unknown };
    if (typeof code === 'string' && UNTRUSTED.test(code)) return message;
  }
  return undefined;
}
