package dev.aether.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.aether.server.event.ActorId;
import dev.aether.server.event.CommitId;
import dev.aether.server.event.ExpectedVersion;
import dev.aether.server.event.Namespace;
import dev.aether.server.metrics.Metrics;
import dev.aether.server.store.Namespaces;
import dev.aether.server.store.Save;
import dev.aether.server.store.SaveOrder;
import dev.aether.server.store.memory.InMemoryStore;
import dev.aether.v1.NewEvent;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class NamespaceSizesTest {
  private static final Duration SOON = Duration.ofSeconds(10);

  private final InMemoryStore store = new InMemoryStore(true);
  private final Metrics metrics = new Metrics();
  private final NamespaceSizes sizes = new NamespaceSizes(store, metrics.measures());

  @AfterEach
  void end() {
    sizes.close();
    metrics.close();
    store.close();
  }

  private void save(String namespace, int events) {
    var unused =
        store
            .events()
            .save(
                new Save(
                    new Namespace(namespace),
                    new ActorId("a"),
                    new CommitId(namespace + ":1"),
                    new ExpectedVersion.Exactly(0),
                    Collections.nCopies(
                        events,
                        NewEvent.newBuilder().setEventId("e").setEventType("happened").build()),
                    "tPY9GDwOgTZP73ZxyUVOZQ",
                    false,
                    new SaveOrder(),
                    System.nanoTime() + SOON.toNanos()))
            .join();
  }

  private List<String> shown(String metric) {
    return metrics.text().lines().filter(line -> line.startsWith(metric + "{")).toList();
  }

  @Test
  void theLargestOfMoreNamespacesThanOneRoundAsksForAreShown() {
    for (int i = 0; i <= NamespaceSizes.MAX_ASKED; i++) {
      save("n%04d".formatted(i), 1);
    }
    save("z", 50);
    String unusedFirstRound = metrics.text();
    String unusedSecondRound = metrics.text();
    List<String> lines = shown("aether_namespace_bytes");
    assertEquals(50, lines.size());
    assertTrue(lines.stream().anyMatch(line -> line.contains("\"z\"")), lines::toString);
  }

  @Test
  void aNamespaceNearItsLimitIsShownWithTheLimit() {
    store
        .namespaces()
        .create(
            new Namespace("limited"),
            new Namespaces.Settings(0, 100_000),
            System.nanoTime() + SOON.toNanos())
        .join();
    save("limited", 1);
    for (int i = 0; i < 60; i++) {
      save("larger" + i, 5);
    }
    String unusedFirstRound = metrics.text();
    assertEquals(
        List.of("aether_namespace_max_bytes{namespace=\"limited\"} 100000.0"),
        shown("aether_namespace_max_bytes"));
    assertEquals(51, shown("aether_namespace_bytes").size());
  }

  @Test
  void aDeletedNamespaceIsNoLongerShown() {
    save("gone", 1);
    String unusedFirstRound = metrics.text();
    assertEquals(1, shown("aether_namespace_bytes").size());
    store.namespaces().delete(new Namespace("gone"), System.nanoTime() + SOON.toNanos()).join();
    assertTrue(shown("aether_namespace_bytes").isEmpty());
    assertFalse(metrics.text().contains("\"gone\""));
  }
}
