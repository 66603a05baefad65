package dev.aether.server.concurrent;

import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands around what runs later, on a thread that would drop an exception without a word: whatever
 * is thrown there, which only a fault of this server can be, is logged and ends the call that it
 * belongs to.
 */
public final class CatchAll {
  private static final Logger LOG = LoggerFactory.getLogger(CatchAll.class);

  private final String what;
  private final Consumer<Throwable> end;

  /**
   * @param what failed, for the log
   * @param end is told what was thrown, and must not throw
   */
  public CatchAll(String what, Consumer<Throwable> end) {
    this.what = what;
    this.end = end;
  }

  public void run(Runnable step) {
    try {
      step.run();
    } catch (Throwable thrown) {
      LOG.error("{} failed because of a bug in this server", what, thrown);
      end.accept(thrown);
    }
  }

  public Runnable of(Runnable step) {
    return () -> run(step);
  }

  /** For {@link CompletableFuture#whenComplete}. */
  public <T> BiConsumer<T, Throwable> of(BiConsumer<T, Throwable> step) {
    return (value, thrown) -> run(() -> step.accept(value, thrown));
  }

  /** What begins a chain of futures, as one that fails where it throws. */
  public static <T> CompletableFuture<T> begin(Supplier<CompletableFuture<T>> chain) {
    try {
      return chain.get();
    } catch (Throwable thrown) {
      return CompletableFuture.failedFuture(thrown);
    }
  }
}
