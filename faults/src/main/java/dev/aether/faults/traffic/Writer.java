package dev.aether.faults.traffic;

import com.google.common.util.concurrent.FutureCallback;
import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.MoreExecutors;
import dev.aether.faults.history.Answer;
import dev.aether.faults.history.Save;
import dev.aether.faults.topology.Waiting;
import dev.aether.v1.EventStoreGrpc;
import dev.aether.v1.SaveEventsResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Sends bursts of saves. Most saves whose outcome is unknown, and half of those that were refused
 * for the moment, are sent again with {@code retry} to the next node, up to a bound. For one
 * thread.
 */
final class Writer {
  private static final int MAX_ATTEMPTS = 12;
  private static final long ANSWER_WITHIN_SECONDS = 60;
  private static final long FIRST_PAUSE_MILLIS = 50;
  private static final long LONGEST_PAUSE_MILLIS = 3_000;

  private final long seed;
  private final int number;
  private final int writers;
  private final Nodes nodes;
  private final Consumer<Save> history;

  /** By actor: the latest version that this writer has heard of. */
  private final Map<String, Long> versions = new HashMap<>();

  Writer(long seed, int number, int writers, Nodes nodes, Consumer<Save> history) {
    this.seed = seed;
    this.number = number;
    this.writers = writers;
    this.nodes = nodes;
    this.history = history;
  }

  /** Sends bursts until the condition is true; the last one is finished. */
  void run(BooleanSupplier isOver) {
    for (int burst = 0; !isOver.getAsBoolean(); burst++) {
      Burst next = Burst.of(seed, number, burst, writers);
      send(next);
      Waiting.pause(next.pause());
    }
  }

  private void send(Burst burst) {
    List<PendingSave> all =
        burst.choices().stream()
            .map(choice -> new PendingSave(choice, versions.getOrDefault(choice.key(), 0L)))
            .toList();
    List<PendingSave> due = all;
    for (int round = 0; round < MAX_ATTEMPTS && !due.isEmpty(); round++) {
      if (round > 0) {
        Waiting.pause(
            Duration.ofMillis(Math.min(FIRST_PAUSE_MILLIS << round, LONGEST_PAUSE_MILLIS)));
      }
      attempt(due, burst.node() + round, burst.onStream() && round == 0, round > 0);
      due = due.stream().filter(PendingSave::isDue).toList();
    }
    for (PendingSave save : all) {
      versions.merge(save.choice().key(), save.latestVersion(), Math::max);
      history.accept(save.finished());
    }
  }

  private void attempt(List<PendingSave> due, int node, boolean onStream, boolean isRepeat) {
    String name = nodes.name(node);
    List<CompletableFuture<?>> answers = new ArrayList<>();
    if (onStream) {
      SaveStream stream = new SaveStream(nodes.channel(node));
      due.forEach(save -> answers.add(save.attempt(name, () -> stream.send(save.request()))));
      stream.end();
    } else {
      EventStoreGrpc.EventStoreFutureStub stub =
          EventStoreGrpc.newFutureStub(isRepeat ? nodes.channelAgain(node) : nodes.channel(node));
      due.forEach(save -> answers.add(save.attempt(name, () -> unary(stub, save, isRepeat))));
    }
    try {
      CompletableFuture.allOf(answers.toArray(new CompletableFuture<?>[0]))
          .get(ANSWER_WITHIN_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      throw new IllegalStateException("a call did not end by its deadline", e);
    }
  }

  private static CompletableFuture<Answer> unary(
      EventStoreGrpc.EventStoreFutureStub stub, PendingSave save, boolean isRepeat) {
    CompletableFuture<Answer> answer = new CompletableFuture<>();
    Futures.addCallback(
        stub.withDeadlineAfter(save.choice().deadline().toMillis(), TimeUnit.MILLISECONDS)
            .saveEvents(save.request().toBuilder().setRetry(isRepeat).build()),
        new FutureCallback<SaveEventsResponse>() {
          @Override
          public void onSuccess(@Nullable SaveEventsResponse response) {
            answer.complete(Answers.saved(Objects.requireNonNull(response)));
          }

          @Override
          public void onFailure(Throwable thrown) {
            answer.complete(Answers.failed(thrown));
          }
        },
        MoreExecutors.directExecutor());
    return answer;
  }
}
