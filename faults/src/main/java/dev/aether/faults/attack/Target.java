package dev.aether.faults.attack;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import dev.aether.faults.topology.Waiting;
import dev.aether.server.embedded.LoopbackPort;
import dev.aether.server.embedded.TetheredProcess;
import dev.aether.server.security.Tokens;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * The node that is attacked: {@code aether serve} with a private nats-server, TLS, and each kind of
 * credentials. It ends with this JVM.
 */
final class Target implements AutoCloseable {
  static final String ISSUER = "https://issuer.example.com";
  static final String AUDIENCE = "aether";

  private static final int CONNECTIONS = 2000;

  /** How many namespaces saves may create. */
  static final int NAMESPACES = 50;

  private static final Duration READY_WITHIN = Duration.ofSeconds(60);
  private static final Duration END_WITHIN = Duration.ofSeconds(30);
  private static final List<String> RULES =
      List.of(
          "token:admin      >           all",
          "token:bystander  bystander   all",
          "token:orders     orders.*    read, subscribe, save",
          "token:flood      flood.>     save, read, subscribe",
          "jwt:alice        orders.*    read, subscribe",
          "cert:billing     orders.eu   read");

  private final Path folder;
  private final Map<String, String> tokens = new TreeMap<>();
  private final Certificates certificates;
  private final Path authority;
  private final RSAKey issuerKey;
  private final Path log;
  private final TetheredProcess process;
  private final int port = LoopbackPort.pickFree();
  private final int httpPort = LoopbackPort.pickFree();

  /**
   * Starts the node and blocks until it serves.
   *
   * @param jar the jar from {@code mvn package}
   * @param folder for everything that the node writes; the caller deletes it
   */
  Target(Path natsServer, Path jar, Path folder) {
    this.folder = folder;
    certificates = new Certificates(folder);
    authority = certificates.authority("authority");
    Certificates.Pair own =
        certificates.issue("authority", "server", "node", "-ext", "san=dns:localhost,ip:127.0.0.1");
    for (String name : List.of("admin", "bystander", "orders", "flood", "nobody", "leaver")) {
      tokens.put(name, Tokens.random());
    }
    writeTokens(tokens);
    writePolicy();
    log = folder.resolve("node.log");
    try {
      issuerKey = new RSAKeyGenerator(2048).keyID("key-1").generate();
      Files.writeString(
          folder.resolve("keys.json"), new JWKSet(issuerKey.toPublicJWK()).toString());
      process =
          TetheredProcess.start(
              List.of(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-Xmx512m",
                  "-jar",
                  jar.toString(),
                  "serve",
                  "--data=" + folder.resolve("data"),
                  "--nats-server=" + natsServer,
                  "--listen=127.0.0.1:" + port,
                  "--http=127.0.0.1:" + httpPort,
                  "--tls-cert=" + own.certificate(),
                  "--tls-key=" + own.key(),
                  "--tls-client-ca=" + authority,
                  "--tokens=" + folder.resolve("tokens"),
                  "--jwt-keys=" + folder.resolve("keys.json"),
                  "--jwt-issuer=" + ISSUER,
                  "--jwt-audience=" + AUDIENCE,
                  "--policy=" + folder.resolve("policy"),
                  "--max-connections=" + CONNECTIONS,
                  "--auto-create-limit=" + NAMESPACES),
              log,
              END_WITHIN);
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    if (!Waiting.within(
            READY_WITHIN, () -> logged().contains("aether is ready") || !process.isAlive())
        || !process.isAlive()) {
      close();
      throw new IllegalStateException("the node did not start: " + logged());
    }
  }

  int port() {
    return port;
  }

  int httpPort() {
    return httpPort;
  }

  Certificates certificates() {
    return certificates;
  }

  /** The authority of its certificate and of its clients'. */
  Path authority() {
    return authority;
  }

  /** The key that signs JSON Web Tokens. */
  RSAKey issuerKey() {
    return issuerKey;
  }

  /** The token of a caller in the policy. */
  String token(String name) {
    return Objects.requireNonNull(tokens.get(name));
  }

  /** Writes the usual policy with some more rules; in force within about two seconds. */
  void writePolicy(String... more) {
    List<String> rules = new ArrayList<>(RULES);
    rules.addAll(List.of(more));
    replace("policy", rules);
  }

  /** Writes the token file without this caller's token. */
  void withdrawToken(String name) {
    Map<String, String> rest = new TreeMap<>(tokens);
    rest.remove(name);
    writeTokens(rest);
  }

  private void writeTokens(Map<String, String> known) {
    replace(
        "tokens",
        known.entrySet().stream()
            .map(token -> Tokens.line(token.getKey(), token.getValue()))
            .toList());
  }

  private void replace(String file, List<String> lines) {
    try {
      Path next = Files.write(folder.resolve(file + ".next"), lines);
      Files.move(next, folder.resolve(file), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** What the node has logged, the audit log included. */
  String logged() {
    try {
      return Files.exists(log) ? Files.readString(log) : "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The resident memory of the node's JVM in MB, by Linux' accounting; 0 elsewhere. */
  long residentMegabytes() {
    Path status = Path.of("/proc", Long.toString(process.pid()), "status");
    try {
      return !Files.exists(status)
          ? 0
          : Files.readAllLines(status).stream()
              .filter(line -> line.startsWith("VmRSS:"))
              .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
              .findFirst()
              .orElse(0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    process.end();
  }
}
