import { assert, assertEquals, assertRejects } from "@std/assert";
import { FakeClock } from "../testing/fake_clock.ts";
import { opensslMissing, writeCertificate } from "../testing/certificates.ts";
import { Certificate } from "./certificate.ts";

const ignore = opensslMissing !== "";

async function withFiles(
  run: (paths: { cert: string; key: string }) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const paths = { cert: `${folder}/cert.pem`, key: `${folder}/key.pem` };
    await writeCertificate(paths);
    await run(paths);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test({
  name: `files that changed are taken over, once${opensslMissing}`,
  ignore,
  fn: () =>
    withFiles(async (paths) => {
      const certificate = await Certificate.load(paths);
      const taken: string[] = [];
      certificate.onChange(({ cert }) => taken.push(cert));
      const warnings: string[] = [];
      const reload = () => certificate.reload((text) => warnings.push(text));
      await reload();
      assertEquals(taken, []);
      await writeCertificate(paths);
      await reload();
      await reload();
      assertEquals(taken, [await Deno.readTextFile(paths.cert)]);
      assertEquals(certificate.pair.cert, taken[0]);
      assertEquals(warnings, []);
    }),
});

Deno.test({
  name:
    `while files do not fit each other, the certificate from before serves${opensslMissing}`,
  ignore,
  fn: () =>
    withFiles(async (paths) => {
      const certificate = await Certificate.load(paths);
      const { pair } = certificate;
      let changes = 0;
      certificate.onChange(() => changes++);
      const warnings: string[] = [];
      const reload = () => certificate.reload((text) => warnings.push(text));
      const key = await Deno.readTextFile(paths.key);
      await writeCertificate(paths);
      await Deno.writeTextFile(paths.key, key); // half of a renewal
      await reload();
      await Deno.remove(paths.key);
      await reload();
      assertEquals([certificate.pair, changes], [pair, 0]);
      assertEquals(warnings.length, 2);
      assert(warnings.every((text) => text.endsWith("from before.")));
    }),
});

Deno.test({
  name: `files that cannot be used are named at the start${opensslMissing}`,
  ignore,
  fn: () =>
    withFiles(async (paths) => {
      await assertRejects(
        () => Certificate.load({ ...paths, cert: "/nowhere.pem" }),
        Error,
        "Cannot read the file of --cert",
      );
      await assertRejects(
        () => Certificate.load({ cert: paths.key, key: paths.key }),
        Error,
        "no certificate with its key",
      );
    }),
});

Deno.test({
  name: `a started one looks at its files by the clock${opensslMissing}`,
  ignore,
  fn: () =>
    withFiles(async (paths) => {
      const clock = new FakeClock();
      const certificate = await Certificate.load(paths);
      await writeCertificate(paths);
      certificate.start({ clock, warn: () => {} });
      const changed = new Promise<void>((resolve) => {
        certificate.onChange(() => resolve());
      });
      clock.advance(10_000);
      await changed;
      certificate.close();
    }),
});
