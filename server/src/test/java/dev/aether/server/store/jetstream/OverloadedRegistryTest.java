package dev.aether.server.store.jetstream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.aether.server.concurrent.DeadlineScheduler;
import dev.aether.server.concurrent.KeyedSerialExecutor;
import dev.aether.server.concurrent.Timers;
import dev.aether.server.event.Exceptions;
import dev.aether.server.event.Namespace;
import dev.aether.server.event.Reason;
import dev.aether.server.event.StoreException;
import dev.aether.server.store.Namespaces;
import dev.aether.server.store.jetstream.format.StreamConfigs;
import dev.aether.server.store.jetstream.registry.NamespaceRegistry;
import dev.aether.server.store.jetstream.wire.JetStreamApi;
import dev.aether.server.store.jetstream.wire.OrderedConsumers;
import dev.aether.server.store.jetstream.write.Publisher;
import dev.aether.server.store.jetstream.write.Step;
import dev.aether.server.store.jetstream.write.WritePolicy;
import dev.aether.server.store.jetstream.write.Writer;
import dev.aether.server.testing.TestNatsServer;
import io.nats.client.Connection;
import io.nats.client.JetStreamApiException;
import io.nats.client.Nats;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Changes of namespaces on a node that has room for one change, which is taken. */
@Timeout(60)
class OverloadedRegistryTest {
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final Namespace NAMESPACE = new Namespace("crowded");

  private final Timers timers = new Timers();
  private final Blocker blocker = new Blocker();
  private TestNatsServer nats;
  private Connection connection;
  private NamespaceRegistry registry;
  private CompletableFuture<Boolean> blocked;

  @BeforeEach
  void fill() throws IOException, InterruptedException {
    nats = TestNatsServer.start();
    connection = Nats.connect(nats.url());
    JetStreamApi api = new JetStreamApi(connection, timers);
    Writer writer =
        new Writer(
            Publisher.single(api),
            timers,
            new DeadlineScheduler(timers),
            new KeyedSerialExecutor.Names("namespace changes", "namespace"),
            1,
            1_000_000);
    OrderedConsumers consumers = new OrderedConsumers(connection, api, timers);
    registry = NamespaceRegistry.open(api, timers, writer, consumers, 1, 10).join();
    blocked = writer.write("another namespace", 0, blocker, soon());
  }

  @AfterEach
  void close() throws InterruptedException {
    registry.close();
    timers.close();
    connection.close();
    nats.close();
  }

  private static long soon() {
    return System.nanoTime() + SOON.toNanos();
  }

  /** A write that runs until it is told to end. */
  private static final class Blocker implements WritePolicy<String, String, Boolean> {
    final CompletableFuture<SubjectSearch<String, Boolean>> end = new CompletableFuture<>();

    @Override
    public String name() {
      return "a write of the test";
    }

    @Override
    public CompletableFuture<SubjectSearch<String, Boolean>> findSubject() {
      return end;
    }

    @Override
    public CompletableFuture<Boolean> isCurrent(String subject) {
      throw new AssertionError();
    }

    @Override
    public Optional<String> knownHead(String subject) {
      throw new AssertionError();
    }

    @Override
    public CompletableFuture<String> readHead(String subject) {
      throw new AssertionError();
    }

    @Override
    public long sequence(String head) {
      throw new AssertionError();
    }

    @Override
    public Step<Boolean> decide(
        String subject, String head, boolean isFromLeader, boolean isAgain) {
      throw new AssertionError();
    }

    @Override
    public Step<Boolean> overtaken(
        String subject, String head, long publishedBehind, boolean isUncertain) {
      throw new AssertionError();
    }

    @Override
    public Throwable failure(Throwable why, boolean isUncertain) {
      return why;
    }
  }

  private void makeRoom() {
    blocker.end.complete(new WritePolicy.SubjectSearch.Missing<>(new Step.Done<>(true)));
    blocked.join();
  }

  private static StoreException failure(CompletableFuture<?> change) {
    Throwable thrown = assertThrows(CompletionException.class, change::join);
    return (StoreException) Exceptions.unwrap(thrown);
  }

  private CompletableFuture<Namespaces.Info> create() {
    return registry.create(NAMESPACE, Namespaces.Settings.DEFAULT, soon());
  }

  private void register(String state) throws IOException, JetStreamApiException {
    String json =
        """
        {"format":1,"namespace":"%s","incarnation":"abcdefghij","state":"NAMESPACE_STATE_%s","replicas":1,"partitions":1}
        """
            .formatted(NAMESPACE.name(), state);
    connection
        .jetStream()
        .publish(
            StreamConfigs.NAMESPACE_SUBJECTS + NAMESPACE.name(),
            json.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void aCreationThatCannotBeginIsOverloadedAndChangesNothing() {
    StoreException refusal = failure(create());
    assertEquals(Reason.OVERLOADED, refusal.reason());
    assertEquals(
        "overloaded: unanswered namespace changes on this node, limited to 1",
        refusal.getMessage());
    assertEquals(Reason.OVERLOADED, failure(registry.findOrCreate(NAMESPACE)).reason());
    assertEquals(Optional.empty(), registry.look(NAMESPACE).join());
    makeRoom();
    create().join();
  }

  @Test
  void aDeletionThatCannotBeginIsOverloadedAndChangesNothing()
      throws IOException, JetStreamApiException {
    register("ACTIVE");
    assertEquals(Reason.OVERLOADED, failure(registry.delete(NAMESPACE, soon())).reason());
    assertEquals("abcdefghij", registry.look(NAMESPACE).join().orElseThrow().incarnation());
    makeRoom();
    registry.delete(NAMESPACE, soon()).join();
  }

  /** The streams are deleted by then, so OVERLOADED, which says that nothing changed, is untrue. */
  @Test
  void aDeletionThatCannotEndHasAnUnknownOutcome() throws IOException, JetStreamApiException {
    register("DELETING");
    assertEquals(Reason.OUTCOME_UNKNOWN, failure(registry.delete(NAMESPACE, soon())).reason());
    makeRoom();
    assertEquals(Optional.empty(), registry.look(NAMESPACE).join());
  }
}
