package dev.aether.server.cli.bench;

import dev.aether.client.ExpectedVersion;
import dev.aether.client.NewEvent;
import dev.aether.client.SaveCommand;
import dev.aether.client.Saved;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.LongConsumer;
import org.HdrHistogram.Recorder;
import org.jspecify.annotations.Nullable;

/**
 * Saves from many clients at the same time for a while. Each client has an actor of its own, saves
 * with an expected version, and saves again as soon as it has the answer. A client whose save
 * failed saves no more. Used once.
 */
public final class SaveLoad {
  private static final int SIGNIFICANT_DIGITS = 3;
  private static final Duration PROGRESS_EVERY = Duration.ofSeconds(1);

  private final Function<SaveCommand, CompletableFuture<Saved>> save;
  private final String actorPrefix;
  private final List<NewEvent> events;
  private final int clients;
  private final AtomicInteger running;
  private final AtomicLong stored = new AtomicLong();
  private final AtomicLong failed = new AtomicLong();
  private final AtomicReference<@Nullable Saved> sample = new AtomicReference<>();
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private final Recorder latencies = new Recorder(SIGNIFICANT_DIGITS);
  private final CountDownLatch over = new CountDownLatch(1);
  private volatile long endAt;

  /**
   * @param save starts a save and fails within a bounded time
   * @param actorPrefix starts the ids of the actors, which have no events yet
   * @param event is saved {@code eventsPerSave} times with each save
   */
  public SaveLoad(
      Function<SaveCommand, CompletableFuture<Saved>> save,
      String actorPrefix,
      NewEvent event,
      int eventsPerSave,
      int clients) {
    this.save = save;
    this.actorPrefix = actorPrefix;
    this.events = Collections.nCopies(eventsPerSave, event);
    this.clients = clients;
    this.running = new AtomicInteger(clients);
  }

  /**
   * Runs for a time, and then until the last save is answered.
   *
   * @param progress gets the number of stored saves about every second
   */
  public LoadResult run(Duration time, LongConsumer progress) throws InterruptedException {
    long begunAt = System.nanoTime();
    endAt = begunAt + time.toNanos();
    for (int client = 0; client < clients; client++) {
      advance(actorPrefix + client, 0);
    }
    while (!over.await(PROGRESS_EVERY.toNanos(), TimeUnit.NANOSECONDS)) {
      progress.accept(stored.get());
    }
    return new LoadResult(
        clients,
        stored.get(),
        stored.get() * events.size(),
        Duration.ofNanos(System.nanoTime() - begunAt),
        latencies.getIntervalHistogram(),
        sample.get(),
        failed.get(),
        failure.get());
  }

  /** Saves one commit after the other, without recursion if an answer is there at once. */
  private void advance(String actor, long firstVersion) {
    long version = firstVersion;
    while (System.nanoTime() - endAt < 0) {
      long begunAt = System.nanoTime();
      CompletableFuture<Saved> answer = save(actor, version);
      if (!answer.isDone()) {
        CompletableFuture<?> unused =
            answer.whenComplete(
                (saved, thrown) -> {
                  if (end(begunAt, saved, thrown)) {
                    advance(actor, saved.lastVersion());
                  } else {
                    stop();
                  }
                });
        return;
      }
      @Nullable Saved saved = null;
      @Nullable Throwable thrown = null;
      try {
        saved = answer.join();
      } catch (CompletionException e) {
        thrown = e;
      }
      if (!end(begunAt, saved, thrown) || saved == null) {
        break;
      }
      version = saved.lastVersion();
    }
    stop();
  }

  private CompletableFuture<Saved> save(String actor, long version) {
    try {
      return save.apply(
          SaveCommand.builder(actor, ExpectedVersion.exactly(version)).events(events).build());
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private boolean end(long begunAt, @Nullable Saved saved, @Nullable Throwable thrown) {
    if (thrown != null) {
      failed.incrementAndGet();
      Throwable cause = thrown.getCause();
      failure.compareAndSet(
          null, thrown instanceof CompletionException && cause != null ? cause : thrown);
      return false;
    }
    latencies.recordValue(TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - begunAt));
    stored.incrementAndGet();
    sample.compareAndSet(null, saved);
    return true;
  }

  private void stop() {
    if (running.decrementAndGet() == 0) {
      over.countDown();
    }
  }
}
