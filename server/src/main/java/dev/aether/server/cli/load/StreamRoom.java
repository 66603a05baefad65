package dev.aether.server.cli.load;

import dev.aether.client.SaveCommand;
import dev.aether.client.SaveStream;
import dev.aether.client.Saved;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Hands saves to a stream as it has room, those that wait in the order they came. Only one of them
 * looks at a time: when all did, the one place of an answered save had each make its request anew.
 * Never waits; at most as many wait as {@link ImportLanes} has at work.
 */
final class StreamRoom {
  /** The turn completes with the save, once the stream has taken it. */
  private record Waiting(SaveCommand command, CompletableFuture<CompletableFuture<Saved>> turn) {}

  private final SaveStream stream;
  private final ReentrantLock lock = new ReentrantLock();
  private final Queue<Waiting> waiting = new ArrayDeque<>();

  StreamRoom(SaveStream stream) {
    this.stream = stream;
  }

  /** Completes as the stream's save does; with IllegalArgumentException where it takes none. */
  CompletableFuture<Saved> save(SaveCommand command) {
    lock.lock();
    try {
      Optional<CompletableFuture<Saved>> taken =
          waiting.isEmpty() ? offer(command) : Optional.empty();
      if (taken.isPresent()) {
        return taken.get();
      }
      CompletableFuture<CompletableFuture<Saved>> turn = new CompletableFuture<>();
      waiting.add(new Waiting(command, turn));
      if (waiting.size() == 1) {
        awaitRoom();
      }
      return turn.thenCompose(save -> save);
    } finally {
      lock.unlock();
    }
  }

  private void awaitRoom() {
    stream.room().whenComplete((room, error) -> drain());
  }

  private void drain() {
    List<Runnable> taken = new ArrayList<>();
    lock.lock();
    try {
      for (@Nullable Waiting next = waiting.peek(); next != null; next = waiting.peek()) {
        Optional<CompletableFuture<Saved>> save = offer(next.command());
        if (save.isEmpty()) {
          break;
        }
        CompletableFuture<CompletableFuture<Saved>> turn = next.turn();
        taken.add(() -> turn.complete(save.get()));
        waiting.remove();
      }
      if (!waiting.isEmpty()) {
        awaitRoom();
      }
    } finally {
      lock.unlock();
    }
    taken.forEach(Runnable::run);
  }

  private Optional<CompletableFuture<Saved>> offer(SaveCommand command) {
    try {
      return stream.trySave(command);
    } catch (RuntimeException e) {
      return Optional.of(CompletableFuture.failedFuture(e)); // It must not stop those behind it.
    }
  }
}
