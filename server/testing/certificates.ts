/** Certificates for tests, made by openssl. */

/** To be added to the name of a test that is ignored for want of it. */
export const opensslMissing: string = hasOpenssl()
  ? ""
  : " (ignored: no openssl found; install it)";

/** Writes a new certificate for localhost over two files. */
export async function writeCertificate(
  { cert, key }: { cert: string; key: string },
): Promise<void> {
  const { success, stderr } = await new Deno.Command("openssl", {
    args: [
      ...["req", "-x509", "-newkey", "ec", "-nodes", "-days", "1"],
      ...["-pkeyopt", "ec_paramgen_curve:prime256v1"],
      ...["-subj", "/CN=localhost"],
      ...["-addext", "basicConstraints=critical,CA:FALSE"],
      ...["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
      ...["-keyout", key, "-out", cert],
    ],
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}

function hasOpenssl(): boolean {
  try {
    return new Deno.Command("openssl", { args: ["version"] })
      .outputSync().success;
  } catch {
    return false;
  }
}
