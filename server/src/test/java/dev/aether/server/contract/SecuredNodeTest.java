package dev.aether.server.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.aether.client.AetherClient;
import dev.aether.client.AetherClientBuilder;
import dev.aether.client.AetherException;
import dev.aether.client.CallSettings;
import dev.aether.client.Commit;
import dev.aether.client.ExpectedVersion;
import dev.aether.client.NamespaceConfig;
import dev.aether.client.NamespaceInfo;
import dev.aether.client.NewEvent;
import dev.aether.client.Reason;
import dev.aether.client.RepeatOptions;
import dev.aether.client.SaveCommand;
import dev.aether.client.SaveStream;
import dev.aether.client.SaveStreamOptions;
import dev.aether.client.Saved;
import dev.aether.client.SubscribeOptions;
import dev.aether.client.Subscription;
import dev.aether.client.SubscriptionListener;
import dev.aether.client.SubscriptionStart;
import dev.aether.client.SubscriptionState;
import dev.aether.client.TlsOptions;
import dev.aether.client.VersionConflictException;
import dev.aether.server.AetherServer;
import dev.aether.server.ServerConfig;
import dev.aether.server.ServerConfig.StoreChoice;
import dev.aether.server.security.AuditLog;
import dev.aether.server.security.SecurityConfig;
import dev.aether.server.security.Tokens;
import dev.aether.server.testing.Await;
import dev.aether.server.testing.TestCertificates;
import dev.aether.v1.EventBusGrpc;
import dev.aether.v1.EventStoreGrpc;
import dev.aether.v1.NamespacesGrpc;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** A node with TLS, tokens, client certificates and a policy. */
final class SecuredNodeTest {
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  private static final Duration SOON = Duration.ofSeconds(20);

  private static final Map<String, String> TOKENS = new TreeMap<>();

  private static Path folder;

  private static TestCertificates certificates;
  private static Path authority;
  private static TestCertificates.Pair own;
  private static Path policy;
  private static Path tokens;
  private static AetherServer server;

  @BeforeAll
  static void start(@TempDir Path temporary) throws IOException {
    folder = temporary;
    certificates = new TestCertificates(folder);
    authority = certificates.authority("authority");
    own = server("server");
    policy = folder.resolve("policy");
    tokens = folder.resolve("tokens");
    for (String name : List.of("admin", "orders", "writer", "nobody")) {
      TOKENS.put(name, Tokens.random());
    }
    writeTokens(TOKENS);
    writePolicy();
    server =
        AetherServer.start(
            ServerConfig.on(new StoreChoice.Memory())
                .withSecurity(
                    new SecurityConfig(
                        Optional.of(
                            new SecurityConfig.Tls(
                                own.certificate(), own.key(), Optional.of(authority))),
                        Optional.of(tokens),
                        Optional.empty(),
                        Optional.of(policy))));
    try (AetherClient admin = client("admin")) {
      for (String namespace : List.of("orders.eu", "orders.us", "stock")) {
        save(admin, namespace);
      }
    }
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static TestCertificates.Pair server(String name) {
    return certificates.issue("authority", name, "node", "dns:localhost,ip:127.0.0.1", 100);
  }

  private static void writePolicy(String... more) {
    List<String> rules =
        new ArrayList<>(
            List.of(
                "# who does what",
                "token:admin   >          all",
                "token:orders  orders.*   read, subscribe",
                "token:writer  orders.eu  save",
                "cert:billing  orders.eu  read save # by its common name"));
    rules.addAll(List.of(more));
    write(policy, rules);
  }

  private static void writeTokens(Map<String, String> known) {
    write(
        tokens,
        known.entrySet().stream()
            .map(token -> Tokens.line(token.getKey(), token.getValue()))
            .toList());
  }

  /** Replaces a file as programs do that care for its readers. */
  private static void write(Path file, List<String> lines) {
    try {
      Path next = Files.createTempFile(folder, "next", "");
      Files.write(next, lines);
      Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static AetherClientBuilder builder() {
    return AetherClient.builder()
        .endpoint("127.0.0.1:" + server.grpcAddress().getPort())
        .repeats(RepeatOptions.untilDeadline().withMaxAttempts(3));
  }

  private static AetherClient client(String name) {
    String token = TOKENS.getOrDefault(name, name);
    return builder().tls(TlsOptions.trusting(authority)).token(() -> token).build();
  }

  private static void save(AetherClient client, String namespace) {
    var unused =
        client.save(
            SaveCommand.builder("actor", ExpectedVersion.any())
                .namespace(namespace)
                .event(NewEvent.builder("Happened").build())
                .build());
  }

  private static Reason reasonOf(org.junit.jupiter.api.function.Executable call) {
    return assertThrows(AetherException.class, call).reason();
  }

  private static ManagedChannel channel() throws SSLException {
    return NettyChannelBuilder.forAddress("127.0.0.1", server.grpcAddress().getPort())
        .sslContext(GrpcSslContexts.forClient().trustManager(authority.toFile()).build())
        .build();
  }

  @Test
  void whoHasNoValidTokenIsNotAuthenticated() {
    try (AetherClient anonymous = builder().tls(TlsOptions.trusting(authority)).build();
        AetherClient stranger = client("aether_unknown")) {
      assertEquals(Reason.UNAUTHENTICATED, reasonOf(() -> save(anonymous, "orders.eu")));
      assertEquals(Reason.UNAUTHENTICATED, reasonOf(() -> save(stranger, "orders.eu")));
    }
  }

  @Test
  void plainTextIsNotServed() {
    try (AetherClient plain = builder().token(() -> TOKENS.get("admin")).build()) {
      assertEquals(Reason.UNREACHABLE, reasonOf(() -> save(plain, "orders.eu")));
    }
  }

  @Test
  void aServerOfAnotherAuthorityIsNotTrusted() {
    try (AetherClient careful = builder().tls(TlsOptions.defaults()).build()) {
      AetherException thrown =
          assertThrows(AetherException.class, () -> save(careful, "orders.eu"));
      assertEquals(Reason.UNREACHABLE, thrown.reason());
      String message = String.valueOf(thrown.getMessage());
      assertTrue(message.contains("unable to find valid certification path"), message);
      assertFalse(message.contains("Pipeline"), message);
    }
  }

  @Test
  void aTokenHasTheRightsOfItsRules() {
    try (AetherClient orders = client("orders");
        AetherClient writer = client("writer")) {
      assertEquals(
          1, orders.latestVersion("actor", CallSettings.defaults().withNamespace("orders.us")));
      assertEquals(Reason.PERMISSION_DENIED, reasonOf(() -> save(orders, "orders.us")));
      save(writer, "orders.eu");
      assertEquals(Reason.PERMISSION_DENIED, reasonOf(() -> save(writer, "orders.us")));
    }
  }

  @Test
  void aClientCertificateHasTheRightsOfItsName() {
    TestCertificates.Pair billing = certificates.issue("authority", "billing", "billing", "", 100);
    certificates.authority("foreign");
    TestCertificates.Pair fake = certificates.issue("foreign", "fake", "billing", "", 100);
    TestCertificates.Pair sales = certificates.issue("authority", "sales", "sales", "", 100);
    try (AetherClient known = withCertificate(billing);
        AetherClient forged = withCertificate(fake);
        AetherClient other = withCertificate(sales)) {
      save(known, "orders.eu");
      assertEquals(Reason.PERMISSION_DENIED, reasonOf(() -> save(known, "stock")));
      assertEquals(Reason.UNREACHABLE, reasonOf(() -> save(forged, "orders.eu")));
      assertEquals(Reason.PERMISSION_DENIED, reasonOf(() -> save(other, "orders.eu")));
    }
  }

  @Test
  void aClientUsesItsOldCertificateUntilBothNewFilesAreThere() throws IOException {
    TestCertificates.Pair old = certificates.issue("authority", "old", "billing", "", 100);
    TestCertificates.Pair renewed = certificates.issue("authority", "new", "billing", "", 100);
    try (AetherClient client = withCertificate(old)) {
      Files.move(renewed.key(), old.key(), StandardCopyOption.REPLACE_EXISTING);
      save(client, "orders.eu");
    }
    IllegalArgumentException thrown =
        assertThrows(IllegalArgumentException.class, () -> withCertificate(old));
    assertTrue(String.valueOf(thrown.getMessage()).contains("does not belong to it"));
    Files.move(renewed.certificate(), old.certificate(), StandardCopyOption.REPLACE_EXISTING);
    try (AetherClient client = withCertificate(old)) {
      save(client, "orders.eu");
    }
  }

  @Test
  void aClientCertificateIsCheckedWhileItsConnectionLasts() throws IOException {
    Path clients = Files.copy(authority, folder.resolve("clients.crt"));
    Path other = certificates.authority("other");
    Path rules = Files.writeString(folder.resolve("lasting"), "cert:lasting * all");
    TestCertificates.Pair pair = certificates.issue("authority", "lasting", "lasting", "", 100);
    AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
    ServerConfig config =
        ServerConfig.on(new StoreChoice.Memory())
            .withClock(now::get)
            .withSecurity(
                new SecurityConfig(
                    Optional.of(
                        new SecurityConfig.Tls(own.certificate(), own.key(), Optional.of(clients))),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.of(rules)));
    Listener listener = new Listener();
    try (AetherServer node = AetherServer.start(config);
        AetherClient client =
            AetherClient.builder()
                .endpoint("127.0.0.1:" + node.grpcAddress().getPort())
                .tls(TlsOptions.trusting(authority).withIdentity(pair.certificate(), pair.key()))
                .build()) {
      save(client, "stock");
      now.set(Instant.now().plus(Duration.ofDays(150)));
      assertEquals(Reason.UNAUTHENTICATED, reasonOf(() -> save(client, "stock")));
      now.set(Instant.now());
      try (Subscription unused = subscribe(client, "stock", listener)) {
        Await.until("the commit", SOON, () -> !listener.commits.isEmpty());
        Files.move(other, clients, StandardCopyOption.REPLACE_EXISTING);
        Await.until("the end", SOON, () -> listener.end != null);
        assertEquals(Reason.UNAUTHENTICATED, listener.reason());
      }
    }
  }

  private static AetherClient withCertificate(TestCertificates.Pair pair) {
    return builder()
        .tls(TlsOptions.trusting(authority).withIdentity(pair.certificate(), pair.key()))
        .build();
  }

  @Test
  void noCallIsAnsweredWithoutItsRightAndNoneTellsWhetherANamespaceExists() throws SSLException {
    ManagedChannel channel = channel();
    try {
      Map<String, String> answers = new TreeMap<>();
      for (ServiceDescriptor service :
          List.of(
              EventStoreGrpc.getServiceDescriptor(),
              EventBusGrpc.getServiceDescriptor(),
              NamespacesGrpc.getServiceDescriptor())) {
        for (MethodDescriptor<?, ?> method : service.getMethods()) {
          String there = refusal(channel, method, "nobody", "stock");
          assertEquals(
              there.replace("stock", "other"), refusal(channel, method, "nobody", "other"));
          answers.put(method.getBareMethodName(), there.replaceAll(": .*", ""));
          assertEquals("UNAUTHENTICATED", refusal(channel, method, null, "stock"));
        }
      }
      Map<String, String> expected = new TreeMap<>(answers);
      expected.replaceAll((method, answer) -> "PERMISSION_DENIED");
      expected.put("ListNamespaces", "answered");
      // Each save of a stream has an answer of its own.
      expected.put("SaveEventsStream", "answered");
      assertEquals(expected, answers);
      assertEquals(17, answers.size());
    } finally {
      channel.shutdownNow();
    }
  }

  /** The status and message of a call about a namespace, or what else it ends with. */
  private static <Q, R> String refusal(
      ManagedChannel channel, MethodDescriptor<Q, R> method, @Nullable String name, String about) {
    try {
      Iterator<R> answers =
          ClientCalls.blockingServerStreamingCall(
              withToken(channel, name),
              method.toBuilder().setType(MethodDescriptor.MethodType.SERVER_STREAMING).build(),
              CallOptions.DEFAULT.withDeadlineAfter(20, TimeUnit.SECONDS),
              request(method, about));
      while (answers.hasNext()) {
        var unused = answers.next();
      }
      return "answered";
    } catch (StatusRuntimeException e) {
      Status status = e.getStatus();
      return status.getCode() == Status.Code.UNAUTHENTICATED
          ? "UNAUTHENTICATED"
          : status.getCode() + ": " + status.getDescription();
    }
  }

  private static Channel withToken(Channel channel, @Nullable String name) {
    Metadata headers = new Metadata();
    if (name != null) {
      headers.put(AUTHORIZATION, "Bearer " + TOKENS.get(name));
    }
    return ClientInterceptors.intercept(
        channel, MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  /** A request with nothing but its namespace or pattern. */
  private static <Q> Q request(MethodDescriptor<Q, ?> method, String namespace) {
    MethodDescriptor.PrototypeMarshaller<Q> requests =
        (MethodDescriptor.PrototypeMarshaller<Q>) method.getRequestMarshaller();
    Message.Builder builder = ((Message) requests.getMessagePrototype()).newBuilderForType();
    for (String name : List.of("namespace", "namespace_pattern", "pattern")) {
      FieldDescriptor field = builder.getDescriptorForType().findFieldByName(name);
      if (field != null) {
        builder.setField(field, namespace);
      }
    }
    return requests.getMessageClass().cast(builder.build());
  }

  @Test
  void aListShowsOnlyTheNamespacesOfTheCaller() {
    try (AetherClient orders = client("orders");
        AetherClient nobody = client("nobody")) {
      assertEquals(List.of("orders.eu", "orders.us"), names(orders));
      assertEquals(List.of(), names(nobody));
    }
  }

  private static List<String> names(AetherClient client) {
    return client.namespaces().list(">").map(NamespaceInfo::name).sorted().toList();
  }

  @Test
  void aPatternNeedsARuleThatCoversItAll() {
    try (AetherClient orders = client("orders")) {
      for (String tooFar : List.of(">", "*", "orders.>", "*.eu", "orders.eu.*")) {
        Listener listener = new Listener();
        try (Subscription unused = subscribe(orders, tooFar, listener)) {
          Await.until("the refusal of " + tooFar, SOON, () -> listener.end != null);
          assertEquals(Reason.PERMISSION_DENIED, listener.reason(), tooFar);
        }
      }
    }
  }

  @Test
  void aSubscriptionEndsWhenItsRightIsWithdrawn() {
    try (AetherClient nobody = client("nobody")) {
      writePolicy("token:nobody orders.> subscribe");
      Listener listener = new Listener();
      Await.until(
          "a subscription",
          SOON,
          () -> {
            Listener attempt = new Listener();
            try (Subscription unused = subscribe(nobody, "orders.*", attempt)) {
              Await.until(
                  "an answer", SOON, () -> !attempt.commits.isEmpty() || attempt.end != null);
            }
            return attempt.end == null;
          });
      try (Subscription unused = subscribe(nobody, "orders.*", listener)) {
        Await.until("commits", SOON, () -> listener.commits.size() >= 2);
        writePolicy();
        Await.until("the end", SOON, () -> listener.end != null);
        assertEquals(Reason.PERMISSION_DENIED, listener.reason());
      }
    } finally {
      writePolicy();
    }
  }

  @Test
  void aStreamOfSavesEndsWhenItsTokenIsRemoved() {
    String token = Tokens.random();
    Map<String, String> more = new TreeMap<>(TOKENS);
    more.put("writer-2", token);
    writeTokens(more);
    writePolicy("token:writer-2 stock save");
    try (AetherClient second = client(token)) {
      Await.until("the new token", SOON, () -> savesTo(second, "stock"));
      try (SaveStream stream = second.saveStream(SaveStreamOptions.defaults())) {
        assertTrue(streamed(stream).join().firstVersion() > 0);
        writeTokens(TOKENS);
        Await.until(
            "the end",
            SOON,
            () -> {
              try {
                var unused = streamed(stream).join();
                return false;
              } catch (CompletionException e) {
                return e.getCause() instanceof AetherException refused
                    && refused.reason() == Reason.UNAUTHENTICATED;
              }
            });
      }
    } finally {
      writeTokens(TOKENS);
      writePolicy();
    }
  }

  private static boolean savesTo(AetherClient client, String namespace) {
    try {
      save(client, namespace);
      return true;
    } catch (AetherException e) {
      return false;
    }
  }

  private static CompletableFuture<Saved> streamed(SaveStream stream) {
    return stream.save(
        SaveCommand.builder("streamed", ExpectedVersion.any())
            .namespace("stock")
            .event(NewEvent.builder("Happened").build())
            .build());
  }

  /** Renewing a token: the new one is known before the old one is withdrawn. */
  @Test
  void subscriptionsAndStreamsOfSavesGoOnWithARenewedToken() {
    AtomicReference<String> token = new AtomicReference<>(Tokens.random());
    Map<String, String> more = new TreeMap<>(TOKENS);
    more.put("renewed", token.get());
    writeTokens(more);
    writePolicy("token:renewed stock save subscribe");
    Listener listener = new Listener();
    try (AetherClient client =
        builder().tls(TlsOptions.trusting(authority)).token(token::get).build()) {
      Await.until("the first token", SOON, () -> savesTo(client, "stock"));
      try (Subscription unused = subscribe(client, "stock", listener);
          SaveStream stream = client.saveStream(SaveStreamOptions.defaults())) {
        for (int renewal = 0; renewal < 3; renewal++) {
          long version = streamed(stream).join().lastVersion();
          Await.until("the commit", SOON, () -> listener.has("streamed", version));
          int connected = listener.connected;
          token.set(Tokens.random());
          more.put("renewed", token.get());
          writeTokens(more);
          Await.until("a call with the new token", SOON, () -> listener.connected > connected);
        }
        long version = streamed(stream).join().lastVersion();
        Await.until("the commit", SOON, () -> listener.has("streamed", version));
        assertNull(listener.end);
      }
    } finally {
      writeTokens(TOKENS);
      writePolicy();
    }
  }

  @Test
  void aSaveOfAStreamWithoutItsRightFailsAlone() {
    try (AetherClient writer = client("writer");
        SaveStream stream = writer.saveStream(SaveStreamOptions.defaults())) {
      CompletableFuture<Saved> denied = streamed(stream);
      CompletableFuture<Saved> allowed =
          stream.save(
              SaveCommand.builder("streamed", ExpectedVersion.any())
                  .namespace("orders.eu")
                  .event(NewEvent.builder("Happened").build())
                  .build());
      assertTrue(allowed.join().firstVersion() > 0);
      CompletionException thrown = assertThrows(CompletionException.class, denied::join);
      assertEquals(
          Reason.PERMISSION_DENIED,
          assertInstanceOf(AetherException.class, thrown.getCause()).reason());
    }
  }

  @Test
  void aConflictShowsItsEventsOnlyToReaders() {
    SaveCommand late =
        SaveCommand.builder("actor", ExpectedVersion.exactly(0))
            .namespace("orders.eu")
            .maxMissedEvents(5)
            .event(NewEvent.builder("Happened").build())
            .build();
    try (AetherClient admin = client("admin");
        AetherClient writer = client("writer")) {
      assertFalse(
          assertThrows(VersionConflictException.class, () -> admin.save(late))
              .missedEvents()
              .isEmpty());
      assertTrue(
          assertThrows(VersionConflictException.class, () -> writer.save(late))
              .missedEvents()
              .isEmpty());
    }
  }

  @Test
  void aPolicyThatCannotBeUsedChangesNothing() {
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    log.start();
    Logger logger = (Logger) LoggerFactory.getLogger("dev.aether.server.security");
    logger.addAppender(log);
    try (AetherClient admin = client("admin");
        AetherClient nobody = client("nobody")) {
      write(policy, List.of("token:nobody > all", "token:admin > everything"));
      Await.until(
          "the refusal of the policy",
          SOON,
          () ->
              List.copyOf(log.list).stream()
                  .anyMatch(line -> line.getFormattedMessage().contains("line 2: \"everything\"")));
      save(admin, "stock");
      assertEquals(Reason.PERMISSION_DENIED, reasonOf(() -> save(nobody, "stock")));
    } finally {
      logger.detachAppender(log);
      writePolicy();
    }
  }

  @Test
  void renewedCertificatesAreUsedWithoutARestart() throws Exception {
    try (AetherClient before = client("admin")) {
      save(before, "stock");
      BigInteger old = serial();
      server("renewed").renew(own);
      Await.until("the new certificate", SOON, () -> !serial().equals(old));
      save(before, "stock");
      try (AetherClient after = client("admin")) {
        save(after, "stock");
      }
    }
  }

  /** The serial number of the certificate that the node shows to a new connection. */
  private static BigInteger serial() {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      KeyStore trusted = KeyStore.getInstance("PKCS12");
      trusted.load(null, null);
      try (InputStream file = Files.newInputStream(authority)) {
        trusted.setCertificateEntry(
            "authority", CertificateFactory.getInstance("X.509").generateCertificate(file));
      }
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(trusted);
      context.init(null, trust.getTrustManagers(), null);
      try (SSLSocket socket =
          (SSLSocket)
              context
                  .getSocketFactory()
                  .createSocket("127.0.0.1", server.grpcAddress().getPort())) {
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setApplicationProtocols(new String[] {"h2"});
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        return ((X509Certificate) socket.getSession().getPeerCertificates()[0]).getSerialNumber();
      }
    } catch (IOException | GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void healthIsOpenAndReflectionIsNot() throws SSLException {
    ManagedChannel channel = channel();
    try {
      assertEquals(
          ServingStatus.SERVING,
          HealthGrpc.newBlockingStub(channel)
              .check(HealthCheckRequest.getDefaultInstance())
              .getStatus());
      MethodDescriptor<ServerReflectionRequest, ServerReflectionResponse> reflection =
          ServerReflectionGrpc.getServerReflectionInfoMethod();
      assertEquals("UNAUTHENTICATED", refusal(channel, reflection, null, ""));
      assertEquals("answered", refusal(channel, reflection, "nobody", ""));
    } finally {
      channel.shutdownNow();
    }
  }

  @Test
  void refusedAndAdministrativeCallsAndChangesAreRecordedWithoutSecrets() {
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    log.start();
    Logger audit = (Logger) LoggerFactory.getLogger(AuditLog.NAME);
    audit.addAppender(log);
    audit.setLevel(Level.INFO);
    try (AetherClient admin = client("admin");
        AetherClient nobody = client("nobody");
        AetherClient stranger = client("aether_unknown")) {
      assertEquals(Reason.PERMISSION_DENIED, reasonOf(() -> save(nobody, "stock")));
      assertEquals(Reason.UNAUTHENTICATED, reasonOf(() -> save(stranger, "stock")));
      var unused = admin.namespaces().create("audited", NamespaceConfig.defaults());
      writePolicy("token:nobody none read");
      Await.until("the change", SOON, () -> recorded(log).contains("\"what\":\"policy\""));
      String text = recorded(log);
      assertTrue(
          text.matches(
              "(?s).*\\{\"event\":\"call\",\"outcome\":\"PERMISSION_DENIED\",\"identity\":\"token:nobody\","
                  + "\"address\":\"/127.0.0.1:\\d+\",\"rpc\":\"aether.v1.EventStore/SaveEvents\","
                  + "\"namespace\":\"stock\"}.*"),
          text);
      assertTrue(text.contains("\"outcome\":\"UNAUTHENTICATED\",\"identity\":\"\""), text);
      assertTrue(text.contains("\"outcome\":\"OK\",\"identity\":\"token:admin\""), text);
      assertTrue(text.contains("CreateNamespace\",\"namespace\":\"audited\""), text);
      assertFalse(text.contains("aether_"), text);
    } finally {
      audit.detachAppender(log);
      audit.setLevel(null);
      writePolicy();
    }
  }

  private static String recorded(ListAppender<ILoggingEvent> log) {
    return List.copyOf(log.list).stream()
        .map(ILoggingEvent::getFormattedMessage)
        .collect(Collectors.joining("\n"));
  }

  private static Subscription subscribe(AetherClient client, String pattern, Listener listener) {
    return client.subscribe(
        SubscribeOptions.builder(SubscriptionStart.beginning()).namespacePattern(pattern).build(),
        listener);
  }

  private static final class Listener implements SubscriptionListener {
    final List<Commit> commits = new CopyOnWriteArrayList<>();
    volatile @Nullable AetherException end;
    volatile int connected;

    boolean has(String actor, long version) {
      return commits.stream()
          .anyMatch(commit -> commit.actorId().equals(actor) && commit.lastVersion() == version);
    }

    @Override
    public void onState(SubscriptionState state) {
      if (state instanceof SubscriptionState.Connected) {
        connected++;
      }
    }

    @Override
    public void onCommit(Commit commit) {
      commits.add(commit);
    }

    @Override
    public void onError(AetherException error) {
      end = error;
    }

    Reason reason() {
      return Objects.requireNonNull(end).reason();
    }
  }
}
