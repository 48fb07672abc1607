/** Certificates of connections by TLS, each in the text or bytes of a PEM file. */
export interface BoardTls {
  /** Of the authority that the server's certificate is judged by. Default: those that Node.js knows. */
  readonly ca?: string | Uint8Array | readonly (string | Uint8Array)[];
  /** Of this client, where the server wants one; with its `key`. */
  readonly cert?: string | Uint8Array;
  readonly key?: string | Uint8Array;
  /** The name that the server's certificate is to have. Default: the host of the URL. */
  readonly servername?: string;
}
