package dev.aether.server.cli.export;

import dev.aether.client.ActorSummary;
import dev.aether.client.AetherClient;
import dev.aether.client.AetherException;
import dev.aether.client.CallSettings;
import dev.aether.client.ListActorsOptions;
import dev.aether.client.Snapshot;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;

/**
 * Reads all snapshots of a namespace by listing the actors that have one and requesting their
 * snapshots, many at a time. Used by one thread.
 */
final class SnapshotSweep {
  /** The server's maximum. */
  private static final int PAGE_SIZE = 1000;

  /** The most requests at a time; each response takes up to 3 MiB. */
  static final int MAX_ASKED = 32;

  /** The most bytes of states in a batch; the last snapshot may exceed it. */
  static final int MAX_BATCH_BYTES = 8 * 1024 * 1024;

  /** The most snapshots in a batch. */
  static final int MAX_BATCH = 1000;

  private final AetherClient client;

  SnapshotSweep(AetherClient client) {
    this.client = client;
  }

  /** Receives batches of snapshots. */
  interface Receiver {
    void accept(List<Snapshot> snapshots) throws IOException;
  }

  /** Passes all snapshots to the receiver, in batches. */
  void run(String namespace, Receiver receiver) throws IOException {
    CallSettings settings = CallSettings.defaults().withNamespace(namespace);
    Queue<CompletableFuture<Optional<Snapshot>>> asked = new ArrayDeque<>(MAX_ASKED);
    Batch batch = new Batch(receiver);
    try (Stream<ActorSummary> actors =
        client.listActors(
            ListActorsOptions.all()
                .onlyWithSnapshot()
                .withPageSize(PAGE_SIZE)
                .withSettings(settings))) {
      for (Iterator<ActorSummary> each = actors.iterator(); each.hasNext(); ) {
        if (asked.size() == MAX_ASKED) {
          batch.add(answer(asked.remove()));
        }
        asked.add(client.async().latestSnapshot(each.next().actorId(), settings));
      }
      while (!asked.isEmpty()) {
        batch.add(answer(asked.remove()));
      }
    }
    batch.handOver();
  }

  private static Optional<Snapshot> answer(CompletableFuture<Optional<Snapshot>> question) {
    try {
      return question.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof AetherException failure) {
        throw failure;
      }
      throw e;
    }
  }

  private static final class Batch {
    private final Receiver receiver;
    private final List<Snapshot> snapshots = new ArrayList<>();
    private long bytes;

    Batch(Receiver receiver) {
      this.receiver = receiver;
    }

    void add(Optional<Snapshot> found) throws IOException {
      if (found.isEmpty()) {
        return;
      }
      snapshots.add(found.get());
      bytes += found.get().state().size();
      if (snapshots.size() == MAX_BATCH || bytes >= MAX_BATCH_BYTES) {
        handOver();
      }
    }

    void handOver() throws IOException {
      if (!snapshots.isEmpty()) {
        receiver.accept(List.copyOf(snapshots));
        snapshots.clear();
        bytes = 0;
      }
    }
  }
}
