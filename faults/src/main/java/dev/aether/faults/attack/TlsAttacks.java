package dev.aether.faults.attack;

import dev.aether.v1.EventStoreGrpc;
import dev.aether.v1.GetLatestVersionRequest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/** Connections that are not encrypted, poorly encrypted, or made with a forged certificate. */
final class TlsAttacks {
  /** What the JDK refuses by itself is allowed here, so that the node has to refuse it. */
  static final String DISABLED_BY_JDK = "jdk.tls.disabledAlgorithms";

  private static final int HANDSHAKE_MILLIS = 15_000;
  private static final String NO_HANDSHAKE = "no handshake: .+";
  private static final String NO_CONNECTION = "UNAVAILABLE.*";

  private final Target target;
  private final List<Attack> attacks = new ArrayList<>();

  private TlsAttacks(Target target) {
    this.target = target;
  }

  static List<Attack> on(Target target) {
    TlsAttacks made = new TlsAttacks(target);
    made.add("gRPC in plain text", NO_CONNECTION, made::inPlainText);
    made.add("TLS 1.0", NO_HANDSHAKE, () -> made.handshake(target.port(), "TLSv1"));
    made.add("TLS 1.1", NO_HANDSHAKE, () -> made.handshake(target.port(), "TLSv1.1"));
    made.add(
        "TLS 1.1 on the HTTP port",
        NO_HANDSHAKE,
        () -> made.handshake(target.httpPort(), "TLSv1.1"));
    made.add(
        "TLS 1.3, for comparison", "TLSv1.3 .+", () -> made.handshake(target.port(), "TLSv1.3"));
    made.add(
        "a cipher without encryption",
        NO_HANDSHAKE,
        () -> made.handshake(target.port(), "TLSv1.2", "TLS_ECDHE_ECDSA_WITH_NULL_SHA"));
    made.add(
        "a cipher without authentication",
        NO_HANDSHAKE,
        () -> made.handshake(target.port(), "TLSv1.2", "TLS_ECDH_anon_WITH_AES_128_CBC_SHA"));
    made.add(
        "a good client certificate, for comparison",
        "a connection as .+",
        () -> made.withCertificate("authority", "good"));
    made.add(
        "a client certificate of another authority",
        NO_HANDSHAKE,
        () -> {
          target.certificates().authority("foreign");
          return made.withCertificate("foreign", "forged");
        });
    made.add(
        "a client certificate signed by itself",
        NO_HANDSHAKE,
        () -> {
          target.certificates().authority("billing");
          return made.withCertificate("billing", "self-signed");
        });
    made.add(
        "a client certificate that has expired",
        NO_HANDSHAKE,
        () -> made.withCertificate("authority", "expired", "-startdate", "-10d", "-validity", "5"));
    made.add(
        "a client certificate that is not valid yet",
        NO_HANDSHAKE,
        () -> made.withCertificate("authority", "early", "-startdate", "+5d", "-validity", "5"));
    made.add(
        "a client certificate issued by another client's",
        NO_HANDSHAKE,
        () -> {
          target.certificates().issue("authority", "leaf", "leaf");
          return made.withCertificate("leaf", "below-leaf");
        });
    return List.copyOf(made.attacks);
  }

  private void add(String name, String expected, Callable<String> act) {
    attacks.add(new Attack("TLS", name, expected, act));
  }

  private String inPlainText() {
    try (Calls calls = Calls.inPlainText(target)) {
      return version(calls, target.token("orders"));
    }
  }

  private static String version(Calls calls, String token) {
    return Calls.outcome(
        calls.withToken(token),
        EventStoreGrpc.getGetLatestVersionMethod(),
        GetLatestVersionRequest.newBuilder()
            .setNamespace("orders.eu")
            .setActorId("order-1")
            .build());
  }

  /**
   * Presents a certificate whose common name is that of a caller with rights, also if the node does
   * not ask for its authority, which the JDK's clients would respect.
   */
  private String withCertificate(String authority, String name, String... more) throws Exception {
    Certificates.Pair pair = target.certificates().issue(authority, name, "billing", more);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(new KeyManager[] {Presented.read(pair)}, trust(target), null);
    try (SSLSocket socket =
        (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", target.port())) {
      socket.setSoTimeout(HANDSHAKE_MILLIS);
      // With TLS 1.2 the node checks the certificate within the handshake.
      socket.setEnabledProtocols(new String[] {"TLSv1.2"});
      socket.startHandshake();
      return "a connection as " + socket.getSession().getLocalPrincipal();
    } catch (IOException e) {
      return "no handshake: " + e.getMessage();
    }
  }

  private String handshake(int port, String version, String... ciphers) throws Exception {
    try (SSLSocket socket =
        (SSLSocket) trusting(target).getSocketFactory().createSocket("127.0.0.1", port)) {
      socket.setSoTimeout(HANDSHAKE_MILLIS);
      socket.setEnabledProtocols(new String[] {version});
      if (ciphers.length > 0) {
        socket.setEnabledCipherSuites(ciphers);
      }
      socket.startHandshake();
      return socket.getSession().getProtocol() + " " + socket.getSession().getCipherSuite();
    } catch (IOException e) {
      return "no handshake: " + e.getMessage();
    }
  }

  /** TLS that trusts only the authority of the node. */
  static SSLContext trusting(Target target) throws IOException, GeneralSecurityException {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust(target), null);
    return context;
  }

  private static TrustManager[] trust(Target target) throws IOException, GeneralSecurityException {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    try (InputStream file = Files.newInputStream(target.authority())) {
      trusted.setCertificateEntry(
          "authority", CertificateFactory.getInstance("X.509").generateCertificate(file));
    }
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    return trust.getTrustManagers();
  }
}
