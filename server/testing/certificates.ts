/** Certificates for tests, made by openssl. */

import tls from "node:tls";

/** To be added to the name of a test that is ignored for want of it. */
export const opensslMissing: string = hasOpenssl()
  ? ""
  : " (ignored: no openssl found; install it)";

const NEW_KEY = [
  ...["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"],
];

/** Writes a new certificate for localhost over two files. */
export async function writeCertificate(
  { cert, key }: { cert: string; key: string },
): Promise<void> {
  await openssl(
    ...["req", "-x509", ...NEW_KEY, "-days", "1", "-subj", "/CN=localhost"],
    ...["-addext", "basicConstraints=critical,CA:FALSE"],
    ...["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
    ...["-keyout", key, "-out", cert],
  );
}

/** An authority that nobody knows, with its files in a folder. */
export class Authority {
  /** Its own certificate. */
  readonly cert: string;
  readonly #key: string;

  private constructor(folder: string, name: string) {
    this.cert = `${folder}/${name}.pem`;
    this.#key = `${folder}/${name}_key.pem`;
  }

  /** With `by`, an intermediate one. */
  static async create(
    folder: string,
    { name = "ca", by }: { name?: string; by?: Authority } = {},
  ): Promise<Authority> {
    const authority = new Authority(folder, name);
    await openssl(
      ...["req", "-x509", ...NEW_KEY, "-days", "1", "-subj", `/CN=${name}`],
      ...(by === undefined ? [] : ["-CA", by.cert, "-CAkey", by.#key]),
      ...["-addext", "basicConstraints=critical,CA:TRUE"],
      ...["-keyout", authority.#key, "-out", authority.cert],
    );
    return authority;
  }

  /** Writes a certificate for a name over two files; with fewer than 0 days, one that has expired. */
  async issue(
    name: string,
    { cert, key, days = 1 }: { cert: string; key: string; days?: number },
  ): Promise<void> {
    const request = `${cert}.csr`;
    await openssl(
      ...["req", ...NEW_KEY, "-subj", `/CN=${name}`],
      ...["-addext", "basicConstraints=critical,CA:FALSE"],
      ...["-addext", `subjectAltName=DNS:${name}`],
      ...["-keyout", key, "-out", request],
    );
    await openssl(
      ...["x509", "-req", "-in", request, "-out", cert, "-days", `${days}`],
      ...["-CA", this.cert, "-CAkey", this.#key, "-CAcreateserial"],
      ...["-copy_extensions", "copyall"],
    );
  }
}

async function openssl(...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command("openssl", { args })
    .output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}

/** The serial number of the certificate that is served at a port of 127.0.0.1. */
export async function servedSerial(
  { port }: { port: number },
): Promise<string> {
  const socket = tls.connect({
    ...{ host: "127.0.0.1", port, rejectUnauthorized: false },
    ALPNProtocols: ["http/1.1"],
  });
  await new Promise((resolve) => socket.once("secureConnect", resolve));
  const { serialNumber } = socket.getPeerCertificate();
  const closed = new Promise((resolve) => socket.once("close", resolve));
  socket.destroy();
  await closed;
  return serialNumber;
}

/** A new certificate for localhost, as text. */
export async function makeCertificate(): Promise<
  { cert: string; key: string }
> {
  const folder = await Deno.makeTempDir();
  try {
    const files = { cert: `${folder}/cert.pem`, key: `${folder}/key.pem` };
    await writeCertificate(files);
    return {
      cert: await Deno.readTextFile(files.cert),
      key: await Deno.readTextFile(files.key),
    };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function hasOpenssl(): boolean {
  try {
    return new Deno.Command("openssl", { args: ["version"] })
      .outputSync().success;
  } catch {
    return false;
  }
}
