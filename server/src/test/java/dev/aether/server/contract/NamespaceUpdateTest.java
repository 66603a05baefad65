package dev.aether.server.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.aether.client.AetherClient;
import dev.aether.client.AetherException;
import dev.aether.client.ExpectedVersion;
import dev.aether.client.NamespaceConfig;
import dev.aether.client.NamespaceInfo;
import dev.aether.client.NewEvent;
import dev.aether.client.OutcomeUnknownException;
import dev.aether.client.SaveCommand;
import dev.aether.server.AetherServer;
import dev.aether.server.ServerConfig;
import dev.aether.server.ServerConfig.StoreChoice;
import dev.aether.server.testing.Await;
import dev.aether.server.testing.TestNatsCluster;
import io.nats.client.Connection;
import io.nats.client.JetStreamApiException;
import io.nats.client.Nats;
import io.nats.client.api.StreamInfo;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The replicas of a namespace are changed on a cluster while two nodes save to it. */
@Timeout(180)
final class NamespaceUpdateTest {
  private static final String NAMESPACE = "load";
  private static final int WRITERS = 4;
  private static final int SAVES_BETWEEN = 30;
  private static final Duration SOON = Duration.ofSeconds(60);

  private final List<String> failures = new CopyOnWriteArrayList<>();
  private final List<AtomicLong> saved = new ArrayList<>();
  private volatile boolean writing = true;

  private static AetherServer node(TestNatsCluster nats, int i) {
    return node(nats, i, 1);
  }

  private static AetherServer node(TestNatsCluster nats, int i, int replicas) {
    return AetherServer.start(
        ServerConfig.on(
                new StoreChoice.Nats(
                    List.of(nats.url(i), nats.url((i + 1) % nats.size())), Duration.ofSeconds(30)))
            .withReplicas(replicas));
  }

  private static AetherClient client(Node node) {
    return AetherClient.builder()
        .endpoint("127.0.0.1:" + node.port())
        .namespace(NAMESPACE)
        .deadline(Duration.ofSeconds(30))
        .build();
  }

  @Test
  void replicasAreAddedAndRemovedUnderLoadAndNothingIsLost() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(WRITERS + 2);
    try (TestNatsCluster nats = TestNatsCluster.start(3);
        Node a = Node.of(node(nats, 0));
        Node b = Node.of(node(nats, 1));
        AetherClient viaA = client(a);
        AetherClient viaB = client(b)) {
      var unused = viaA.namespaces().create(NAMESPACE, NamespaceConfig.defaults().withReplicas(1));
      List<Future<?>> writers = new ArrayList<>();
      for (int i = 0; i < WRITERS; i++) {
        saved.add(new AtomicLong());
        int number = i;
        writers.add(threads.submit(() -> write(number % 2 == 0 ? viaA : viaB, number)));
      }
      try (Subscriber subscriber = Subscriber.open(b, Requests.fromBeginning(NAMESPACE))) {
        awaitSaves();
        for (int replicas : List.of(3, 1, 3)) {
          NamespaceInfo updated = update(replicas == 1 ? viaB : viaA, replicas);
          assertEquals(replicas, updated.config().replicas());
          assertEquals(replicas, replicas(nats));
          awaitSaves();
        }
        Future<NamespaceInfo> one = threads.submit(() -> update(viaA, 1));
        Future<NamespaceInfo> three = threads.submit(() -> update(viaB, 3));
        var oneOfThem = one.get(SOON.toSeconds(), TimeUnit.SECONDS);
        var theOther = three.get(SOON.toSeconds(), TimeUnit.SECONDS);
        assertEquals(viaA.namespaces().get(NAMESPACE).config().replicas(), replicas(nats));
        assertEquals(3, update(viaB, 3).config().replicas());
        awaitSaves();
        writing = false;
        for (Future<?> writer : writers) {
          writer.get(SOON.toSeconds(), TimeUnit.SECONDS);
        }
        assertEquals(List.of(), failures);
        long all = saved.stream().mapToLong(AtomicLong::get).sum();
        assertEquals(all, subscriber.awaitCommits((int) all).commits().size());
      }
      nats.kill(0); // With three replicas, no server is needed.
      for (int i = 0; i < WRITERS; i++) {
        assertEquals(
            LongStream.rangeClosed(1, saved.get(i).get()).boxed().toList(),
            viaB.events("actor-" + i).map(event -> event.version()).toList());
      }
      assertEquals(
          saved.get(0).get() + 1,
          viaB.save("actor-0", ExpectedVersion.exactly(saved.get(0).get()), NewEvent.json("T", "1"))
              .lastVersion());
    } finally {
      writing = false;
      threads.shutdownNow();
    }
  }

  @Test
  void theRegistryGetsAsManyReplicasAsALaterNodeIsStartedWithAndNeverFewer() throws Exception {
    try (TestNatsCluster nats = TestNatsCluster.start(3)) {
      node(nats, 0, 1).close();
      assertEquals(1, registryReplicas(nats));
      node(nats, 1, 3).close();
      assertEquals(3, registryReplicas(nats));
      node(nats, 2, 1).close();
      assertEquals(3, registryReplicas(nats));
      // It cannot have five, and the node starts nevertheless.
      node(nats, 0, 5).close();
      assertEquals(3, registryReplicas(nats));
    }
  }

  private static int registryReplicas(TestNatsCluster nats) throws Exception {
    try (Connection connection = Nats.connect(nats.url(0))) {
      return connection
          .jetStreamManagement()
          .getStreamInfo("AETHER-REGISTRY")
          .getConfiguration()
          .getReplicas();
    }
  }

  /** As an operator does: until the answer is known. */
  private static NamespaceInfo update(AetherClient client, int replicas) {
    return Await.value(
        "an update",
        SOON,
        () -> {
          try {
            return Optional.of(
                client
                    .namespaces()
                    .update(NAMESPACE, NamespaceConfig.defaults().withReplicas(replicas)));
          } catch (OutcomeUnknownException e) {
            return Optional.empty();
          }
        });
  }

  private static int replicas(TestNatsCluster nats)
      throws IOException, InterruptedException, JetStreamApiException {
    try (Connection connection = Nats.connect(nats.url(2))) {
      List<StreamInfo> streams =
          connection.jetStreamManagement().getStreams().stream()
              .filter(stream -> stream.getConfiguration().getName().endsWith("-0-" + NAMESPACE))
              .toList();
      assertEquals(1, streams.size());
      return streams.get(0).getConfiguration().getReplicas();
    }
  }

  private void write(AetherClient client, int number) {
    AtomicLong version = saved.get(number);
    while (writing) {
      try {
        var unused =
            client.save(
                SaveCommand.builder("actor-" + number, ExpectedVersion.exactly(version.get()))
                    .event(NewEvent.json("Happened", "1"))
                    .build());
        version.incrementAndGet();
      } catch (AetherException e) {
        failures.add("writer " + number + ": " + e);
        return;
      }
    }
  }

  private void awaitSaves() {
    List<Long> before = saved.stream().map(AtomicLong::get).toList();
    for (int i = 0; i < WRITERS; i++) {
      int number = i;
      Await.until(
          "saves",
          SOON,
          () ->
              !failures.isEmpty() || saved.get(number).get() >= before.get(number) + SAVES_BETWEEN);
    }
  }
}
