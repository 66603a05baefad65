package dev.aether.server.concurrent;

import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Guards steps that run on a thread that would silently drop an exception. Whatever they throw,
 * which can only be due to a bug in this server, is logged and fails the call that they belong to.
 */
public final class CatchAll {
  private static final Logger LOG = LoggerFactory.getLogger(CatchAll.class);

  private final String what;
  private final Consumer<Throwable> end;

  /**
   * @param what the name of the call, for the log
   * @param end receives what was thrown; must not throw
   */
  public CatchAll(String what, Consumer<Throwable> end) {
    this.what = what;
    this.end = end;
  }

  public void run(Runnable step) {
    try {
      step.run();
    } catch (Throwable thrown) {
      log(thrown);
      end.accept(thrown);
    }
  }

  private void log(Throwable thrown) {
    try {
      LOG.error("{} failed because of a bug in this server", what, thrown);
    } catch (Throwable notLogged) {
      // Memory or the stack has run out. The call must end all the same.
    }
  }

  public Runnable of(Runnable step) {
    return () -> run(step);
  }

  /** For {@link CompletableFuture#whenComplete}. */
  public <T> BiConsumer<T, Throwable> of(BiConsumer<T, Throwable> step) {
    return (value, thrown) -> run(() -> step.accept(value, thrown));
  }

  /** Starts a chain of futures. If starting it throws, the returned future fails. */
  public static <T> CompletableFuture<T> begin(Supplier<CompletableFuture<T>> chain) {
    try {
      return chain.get();
    } catch (Throwable thrown) {
      return CompletableFuture.failedFuture(thrown);
    }
  }
}
