package dev.aether.faults.attack;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Makes certificates with the JDK's keytool, in PEM files of a folder. Not thread-safe. */
final class Certificates {
  private static final String PASSWORD = "not-a-secret";

  private final Path folder;
  private final Path store;

  /** The files of a certificate and its key. */
  record Pair(Path certificate, Path key) {}

  Certificates(Path folder) {
    this.folder = folder;
    store = folder.resolve("certificates.p12");
  }

  /** Makes an authority and returns its certificate. */
  Path authority(String name) {
    return make(name, name, null, "-ext", "bc:c").certificate();
  }

  /** Issues a certificate that is valid from yesterday on. */
  Pair issue(String authority, String name, String subject, String... more) {
    return make(name, subject, authority, more);
  }

  private Pair make(String name, String subject, @Nullable String signer, String... more) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keyalg",
                "EC",
                "-alias",
                name,
                "-dname",
                "CN=" + subject,
                "-keystore",
                store.toString(),
                "-storetype",
                "PKCS12",
                "-storepass",
                PASSWORD));
    if (signer != null) {
      command.addAll(List.of("-signer", signer));
    }
    command.addAll(List.of(more));
    if (!command.contains("-startdate")) {
      command.addAll(List.of("-startdate", "-1d"));
    }
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(1, TimeUnit.MINUTES) || process.exitValue() != 0) {
        throw new IllegalStateException("keytool failed: " + output);
      }
      return pair(name);
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private Pair pair(String name) throws IOException, GeneralSecurityException {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream stored = Files.newInputStream(store)) {
      keys.load(stored, PASSWORD.toCharArray());
    }
    StringBuilder chain = new StringBuilder();
    for (Certificate each : keys.getCertificateChain(name)) {
      chain.append(pem("CERTIFICATE", each.getEncoded()));
    }
    byte[] key = keys.getKey(name, PASSWORD.toCharArray()).getEncoded();
    return new Pair(
        Files.writeString(folder.resolve(name + ".crt"), chain.toString()),
        Files.writeString(folder.resolve(name + ".key"), pem("PRIVATE KEY", key)));
  }

  private static String pem(String type, byte[] content) {
    String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
    return "-----BEGIN " + type + "-----\n" + text + "\n-----END " + type + "-----\n";
  }
}
