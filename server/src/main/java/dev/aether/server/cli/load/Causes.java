package dev.aether.server.cli.load;

import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** What lies behind a future's failure. */
final class Causes {
  private Causes() {}

  static Throwable of(@Nullable Throwable error) {
    if (error == null) {
      return new IllegalStateException("neither answer nor error");
    }
    @Nullable Throwable cause = error.getCause();
    return error instanceof CompletionException && cause != null ? cause : error;
  }

  /** The end of an import that can't store an item. */
  static ImportStopped stopped(ImportItem item, @Nullable Throwable error) {
    Throwable cause = of(error);
    return cause instanceof ImportStopped stopped
        ? stopped
        : new ImportStopped(item.firstLine(), String.valueOf(cause.getMessage()), cause);
  }
}
