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
 * Passes saves to a stream as it has room, in the order of their arrival. Only the first waiting
 * save tries: when all of them did, each built its request again for the one place of an answered
 * save. Never blocks. At most {@link ImportExecutor#MAX_AT_WORK} saves wait.
 */
final class StreamRoom {
  /** A waiting save. Its turn completes with the save once the stream has accepted it. */
  private record Waiting(SaveCommand command, CompletableFuture<CompletableFuture<Saved>> turn) {}

  private final SaveStream stream;
  private final ReentrantLock lock = new ReentrantLock();
  private final Queue<Waiting> waiting = new ArrayDeque<>();

  StreamRoom(SaveStream stream) {
    this.stream = stream;
  }

  /**
   * Completes like the stream's save, or with IllegalArgumentException if the stream does not
   * accept it.
   */
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
      return Optional.of(CompletableFuture.failedFuture(e)); // It must not stop those that wait.
    }
  }
}
