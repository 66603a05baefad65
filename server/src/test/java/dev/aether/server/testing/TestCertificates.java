package dev.aether.server.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Makes certificates with the JDK's keytool, in PEM files of a folder. Not thread-safe. */
public final class TestCertificates {
  private static final String PASSWORD = "not-a-secret";

  private final Path folder;
  private final Path store;

  /** The two files of a certificate. */
  public record Pair(Path certificate, Path key) {
    /** Takes the place of another certificate, as a renewal does: the key first. */
    public void renew(Pair old) {
      try {
        Files.move(key, old.key(), StandardCopyOption.ATOMIC_MOVE);
        Files.move(certificate, old.certificate(), StandardCopyOption.ATOMIC_MOVE);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  public TestCertificates(Path folder) {
    this.folder = folder;
    store = folder.resolve("all.p12");
  }

  /** Makes an authority and returns its certificate. */
  public Path authority(String name) {
    keytool("-genkeypair", "-alias", name, "-keyalg", "EC", "-dname", "CN=" + name, "-ext", "bc:c");
    return pair(name).certificate();
  }

  /**
   * Issues a certificate that is valid from yesterday on.
   *
   * @param subject its common name
   * @param alternatives its alternative names, such as {@code dns:localhost,ip:127.0.0.1}; empty
   *     for none
   * @param days how long it is valid
   */
  public Pair issue(String authority, String name, String subject, String alternatives, int days) {
    return issue(authority, name, subject, alternatives, days + 1, 2 * days);
  }

  /** Issues a certificate of a year that expires in ten days. */
  public Pair expiring(String authority, String name, String subject) {
    return issue(authority, name, subject, "", 355, 365);
  }

  /** Makes an authority below another one, whose certificate expires in a while. */
  public Path intermediate(String authority, String name, Duration left) {
    keytool(
        "-genkeypair",
        "-alias",
        name,
        "-keyalg",
        "EC",
        "-dname",
        "CN=" + name,
        "-ext",
        "bc:c",
        "-signer",
        authority,
        "-startdate",
        "-1d+" + left.toSeconds() + "S",
        "-validity",
        "1");
    return pair(name).certificate();
  }

  /** Issues a certificate that has expired. */
  public Pair expired(String authority, String name, String subject) {
    return issue(authority, name, subject, "", 10, 5);
  }

  private Pair issue(
      String authority,
      String name,
      String subject,
      String alternatives,
      int daysSinceStart,
      int validDays) {
    List<String> call =
        new ArrayList<>(
            List.of(
                "-genkeypair",
                "-alias",
                name,
                "-keyalg",
                "EC",
                "-dname",
                "CN=" + subject,
                "-signer",
                authority,
                "-startdate",
                "-" + daysSinceStart + "d",
                "-validity",
                Integer.toString(validDays)));
    if (!alternatives.isEmpty()) {
      call.addAll(List.of("-ext", "san=" + alternatives));
    }
    keytool(call.toArray(String[]::new));
    return pair(name);
  }

  private void keytool(String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(Arrays.asList(arguments));
    command.addAll(
        List.of("-keystore", store.toString(), "-storetype", "PKCS12", "-storepass", PASSWORD));
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(1, TimeUnit.MINUTES) || process.exitValue() != 0) {
        throw new AssertionError("keytool failed: " + output);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  private Pair pair(String name) {
    try (InputStream stored = Files.newInputStream(store)) {
      KeyStore keys = KeyStore.getInstance("PKCS12");
      keys.load(stored, PASSWORD.toCharArray());
      Path certificate = folder.resolve(name + ".crt");
      Path key = folder.resolve(name + ".key");
      StringBuilder chain = new StringBuilder();
      for (Certificate each : keys.getCertificateChain(name)) {
        chain.append(pem("CERTIFICATE", each.getEncoded()));
      }
      Files.writeString(certificate, chain.toString());
      Key secret = keys.getKey(name, PASSWORD.toCharArray());
      Files.writeString(key, pem("PRIVATE KEY", secret.getEncoded()));
      return new Pair(certificate, key);
    } catch (IOException | GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static String pem(String type, byte[] content) {
    String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
    return "-----BEGIN " + type + "-----\n" + text + "\n-----END " + type + "-----\n";
  }
}
