package dev.aether.server.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.aether.server.ServerConfig;
import dev.aether.server.ServerConfig.StoreChoice;
import dev.aether.server.event.Durability;
import dev.aether.server.event.StoreException;
import dev.aether.server.nats.NatsAccess;
import dev.aether.server.nats.NatsAccess.Login;
import dev.aether.server.security.ClientTls;
import dev.aether.server.store.jetstream.wire.NatsPermissions;
import dev.aether.server.store.jetstream.wire.NatsPermissions.Action;
import dev.aether.server.store.jetstream.wire.NatsPermissions.Permission;
import dev.aether.server.testing.NatsUsers;
import dev.aether.server.testing.TestCertificates;
import dev.aether.server.testing.TestNatsOptions;
import dev.aether.server.testing.TestNatsServer;
import dev.aether.v1.SaveSnapshotRequest;
import dev.aether.v1.Snapshot;
import io.nats.client.NKey;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes on NATS servers that want TLS and a login. */
final class SecuredNatsTest {
  private static final Duration WITHIN = Duration.ofSeconds(20);

  /** For a server that does not let the node in. */
  private static final Duration IN_VAIN = Duration.ofSeconds(1);

  private static Path folder;
  private static Path authority;
  private static TestCertificates.Pair server;
  private static TestCertificates.Pair elsewhere;
  private static TestCertificates.Pair node;

  @BeforeAll
  static void makeCertificates(@TempDir Path temporary) {
    folder = temporary;
    TestCertificates certificates = new TestCertificates(temporary);
    authority = certificates.authority("authority");
    server = certificates.issue("authority", "server", "nats", "dns:localhost,ip:127.0.0.1", 100);
    elsewhere = certificates.issue("authority", "elsewhere", "nats", "dns:example.com", 100);
    node = certificates.issue("authority", "node", "aether", "dns:aether", 100);
  }

  private static String tls(TestCertificates.Pair own, String more) {
    return String.format(
        Locale.ROOT,
        "tls { cert_file: \"%s\", key_file: \"%s\", ca_file: \"%s\"%s }%n",
        own.certificate(),
        own.key(),
        authority,
        more);
  }

  private static NatsAccess access(Optional<Login> login, boolean withCertificate, boolean first) {
    Optional<ClientTls.Own> own =
        Optional.of(new ClientTls.Own("--nats-tls-cert", node.certificate(), node.key()));
    ClientTls tls =
        new ClientTls("NATS", Optional.of(authority), withCertificate ? own : Optional.empty());
    return new NatsAccess(login, Optional.of(tls.context()), first, tls.certificate());
  }

  private static StoreChoice on(TestNatsServer nats, NatsAccess access, Duration patience) {
    String url = nats.url().replaceFirst("^.*//", "tls://");
    return new StoreChoice.Nats(List.of(url), patience, Durability.Sync.UNKNOWN, access);
  }

  private static void assertServes(TestNatsServer nats, NatsAccess access) {
    ServerConfig config = ServerConfig.on(on(nats, access, WITHIN));
    try (Node a = Node.start(config);
        Node b = Node.start(config)) {
      a.create("ours");
      try (Subscriber subscriber =
          Subscriber.open(b, Requests.fromBeginning("ours").setIncludeBroadcasts(true))) {
        a.save(Requests.saveAt("ours", "actor", 0));
        assertEquals(1, b.latest("ours", "actor"));
        assertEquals(1, b.events("ours", "actor").size());
        subscriber.awaitCommits(1).awaitCaughtUp();
        a.publish("ours", Requests.event("Ping"));
        subscriber.awaitBroadcasts(1);
        saveSnapshot(b);
      }
      b.delete("ours");
    }
    assertEquals(List.of(), nats.violations());
  }

  private static void saveSnapshot(Node node) {
    Snapshot snapshot =
        Snapshot.newBuilder()
            .setActorId("actor")
            .setVersion(1)
            .setState(ByteString.copyFromUtf8("state"))
            .build();
    var unused =
        node.store()
            .saveSnapshot(
                SaveSnapshotRequest.newBuilder()
                    .setNamespace("ours")
                    .setSnapshot(snapshot)
                    .build());
  }

  private static String refusal(TestNatsServer nats, NatsAccess access) {
    StoreException thrown =
        assertThrows(
            StoreException.class,
            () -> Node.start(ServerConfig.on(on(nats, access, IN_VAIN))).close());
    return String.valueOf(thrown.getMessage());
  }

  @Test
  void aNodeUsesTlsWithAPrivateAuthorityAndAPassword() {
    String config = tls(server, "") + NatsUsers.only("user: aether, password: s3cret");
    try (TestNatsServer nats = TestNatsServer.start(TestNatsOptions.defaults(), config)) {
      assertServes(nats, access(password("s3cret"), false, false));
      String wrong = refusal(nats, access(password("wr0ng"), false, false));
      assertTrue(wrong.contains("Authorization Violation"), wrong);
      assertFalse(wrong.contains("wr0ng"), wrong);
    }
  }

  private static Optional<Login> password(String password) {
    return Optional.of(new Login.Password("aether", () -> password));
  }

  @Test
  void aServerWithAnotherNameOrAuthorityIsNotTrusted() {
    try (TestNatsServer nats =
        TestNatsServer.start(TestNatsOptions.defaults(), tls(elsewhere, ""))) {
      String why = refusal(nats, access(Optional.empty(), false, false));
      assertTrue(why.contains("No subject alternative names matching IP address 127.0.0.1"), why);
    }
    try (TestNatsServer nats = TestNatsServer.start(TestNatsOptions.defaults(), tls(server, ""))) {
      String why = refusal(nats, NatsAccess.BY_URL);
      assertTrue(why.contains("unable to find valid certification path"), why);
    }
  }

  @Test
  void aNodeShowsItsCertificate() {
    String config = tls(server, ", verify: true");
    try (TestNatsServer nats = TestNatsServer.start(TestNatsOptions.defaults(), config)) {
      assertServes(nats, access(Optional.empty(), true, false));
      String why = refusal(nats, access(Optional.empty(), false, false));
      assertTrue(why.toLowerCase(Locale.ROOT).contains("certificate"), why);
    }
  }

  @Test
  void aNodeBeginsWithTlsIfTheServerWantsThat() {
    String config = tls(server, ", handshake_first: true");
    try (TestNatsServer nats = TestNatsServer.start(TestNatsOptions.defaults(), config)) {
      assertServes(nats, access(Optional.empty(), false, true));
    }
  }

  @Test
  void aNodeLogsInWithAnNkey() throws Exception {
    NKey key = NKey.createUser(new SecureRandom());
    Path seed = Files.writeString(folder.resolve("nkey"), new String(key.getSeed()) + "\n");
    String config = NatsUsers.only("nkey: " + new String(key.getPublicKey())) + tls(server, "");
    try (TestNatsServer nats = TestNatsServer.start(TestNatsOptions.defaults(), config)) {
      assertServes(nats, access(Optional.of(new Login.Nkey(seed)), false, false));
    }
  }

  @Test
  void aNodeLogsInWithCredentialsOfAnOperator() throws Exception {
    NKey operator = NKey.createOperator(new SecureRandom());
    NKey account = NKey.createAccount(new SecureRandom());
    String operatorJwt = jwt(operator, operator, "{\"type\":\"operator\",\"version\":2}");
    NKey system = NKey.createAccount(new SecureRandom());
    String limits =
        "{\"type\":\"account\",\"version\":2,\"limits\":{\"subs\":-1,\"data\":-1,\"payload\":-1,"
            + "\"imports\":-1,\"exports\":-1,\"wildcards\":true,\"conn\":-1,\"leaf\":-1,"
            + "\"disk_storage\":-1,\"mem_storage\":-1,\"streams\":-1,\"consumer\":-1}}";
    String config =
        "operator: \""
            + operatorJwt
            + "\"\nresolver: MEMORY\nresolver_preload: { "
            + new String(account.getPublicKey())
            + ": \""
            + jwt(operator, account, limits)
            + "\", "
            + new String(system.getPublicKey())
            + ": \""
            + jwt(operator, system, limits.replaceFirst(",\"disk_storage.*", "}}"))
            + "\" }\nsystem_account: "
            + new String(system.getPublicKey())
            + "\n"
            + tls(server, "");
    try (TestNatsServer nats = TestNatsServer.start(TestNatsOptions.defaults(), config)) {
      assertServes(nats, credentials(account, NatsPermissions.NEEDED));
      for (Permission missing : NatsPermissions.NEEDED) {
        List<Permission> others =
            NatsPermissions.NEEDED.stream().filter(each -> !each.equals(missing)).toList();
        String why = refusal(nats, credentials(account, others));
        assertTrue(why.contains("user " + missing.action() + " " + missing + ";"), why);
      }
    }
  }

  /** Of a user that an account allows some things. */
  private static NatsAccess credentials(NKey account, List<Permission> allowed) throws Exception {
    NKey user = NKey.createUser(new SecureRandom());
    String claims =
        "{\"type\":\"user\",\"version\":2,\"subs\":-1,\"data\":-1,\"payload\":-1,\"pub\":{\"allow\":"
            + NatsUsers.quoted(allowed, Action.PUBLISH)
            + "},\"sub\":{\"allow\":"
            + NatsUsers.quoted(allowed, Action.SUBSCRIBE)
            + "}}";
    Path file =
        Files.writeString(
            folder.resolve("aether.creds"),
            "-----BEGIN NATS USER JWT-----\n"
                + jwt(account, user, claims)
                + "\n------END NATS USER JWT------\n\n-----BEGIN USER NKEY SEED-----\n"
                + new String(user.getSeed())
                + "\n------END USER NKEY SEED------\n");
    return access(Optional.of(new Login.Credentials(file)), false, false);
  }

  /** A claim as nsc signs it. */
  private static String jwt(NKey issuer, NKey subject, String nats) throws Exception {
    String id =
        Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString(
                MessageDigest.getInstance("SHA-256").digest(nats.getBytes(StandardCharsets.UTF_8)));
    String head = base64("{\"typ\":\"JWT\",\"alg\":\"ed25519-nkey\"}");
    String body =
        base64(
            "{\"jti\":\""
                + id
                + "\",\"iat\":1,\"iss\":\""
                + new String(issuer.getPublicKey())
                + "\",\"name\":\"test\",\"sub\":\""
                + new String(subject.getPublicKey())
                + "\",\"nats\":"
                + nats
                + "}");
    byte[] signature = issuer.sign((head + "." + body).getBytes(StandardCharsets.UTF_8));
    return head
        + "."
        + body
        + "."
        + Base64.getUrlEncoder().withoutPadding().encodeToString(signature);
  }

  private static String base64(String text) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }
}
