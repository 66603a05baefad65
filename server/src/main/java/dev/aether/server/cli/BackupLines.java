package dev.aether.server.cli;

import dev.aether.server.backup.BackupException;
import dev.aether.server.cli.json.JsonLine;
import dev.aether.server.embedded.EmbeddedNatsException;
import dev.aether.server.event.NamePattern;
import dev.aether.server.event.StoreException;
import dev.aether.server.wire.BackupNamespace;
import dev.aether.server.wire.BackupStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What {@code backup} and {@code restore} share: their output and their failures. */
final class BackupLines {
  private BackupLines() {}

  /**
   * Prints each namespace when it is done. If it cannot be printed, the work goes on, and the
   * failure is told at its end. For one thread.
   */
  static final class Progress implements Consumer<BackupNamespace> {
    private final Output out;
    private @Nullable RuntimeException failure;

    Progress(OutputStream out) {
      this.out = new Output(out);
    }

    @Override
    public void accept(BackupNamespace done) {
      if (failure != null) {
        return;
      }
      try {
        out.line(of(done).end());
        out.flush();
      } catch (OutputClosedException | CommandFailedException e) {
        failure = e;
      }
    }

    /**
     * The work is done.
     *
     * @throws OutputClosedException if the reader has gone
     * @throws CommandFailedException if a line could not be written
     */
    void end() {
      if (failure != null) {
        throw failure;
      }
    }
  }

  /** A namespace of a backup as a line of JSON. */
  static JsonLine of(BackupNamespace namespace) {
    JsonLine line = new JsonLine().put("namespace", namespace.getNamespace());
    for (BackupStream stream : namespace.getStreamsList()) {
      boolean isSnapshots = stream.getStream().startsWith("AETHER-SNAPSHOTS-");
      line.putObject(
          isSnapshots ? "snapshots" : "log",
          new JsonLine()
              .put("stream", stream.getStream())
              .put("messages", stream.getMessages())
              .put("firstPosition", stream.getFirstSequence())
              .put("lastPosition", stream.getLastSequence())
              .put("bytes", stream.getBytes()));
    }
    return line;
  }

  /** For example {@code 2 namespaces, 10 commits and snapshots backed up, 1.5 s}. */
  static String summary(List<BackupNamespace> namespaces, String done, long startNanos) {
    long messages =
        namespaces.stream()
            .flatMap(namespace -> namespace.getStreamsList().stream())
            .mapToLong(BackupStream::getMessages)
            .sum();
    return String.format(
        Locale.ROOT,
        "%s, %s %s, %.1f s",
        Counted.of(namespaces.size(), "namespace"),
        Counted.of(messages, "record"),
        done,
        (System.nanoTime() - startNanos) / (double) TimeUnit.SECONDS.toNanos(1));
  }

  /** Patterns that the user typed; all namespaces if there are none. */
  static NamePattern pattern(String text) {
    NamePattern.violation(text)
        .ifPresent(
            why -> {
              throw new UsageException("NAMESPACES " + why);
            });
    return NamePattern.of(text);
  }

  /**
   * Runs a command.
   *
   * @throws CommandFailedException if it fails, with the reason in one line
   */
  static <T> T run(Callable<T> command) throws Exception {
    try {
      return command.call();
    } catch (StoreException e) {
      String message = String.valueOf(e.getMessage());
      String known = "store unavailable: ";
      throw new CommandFailedException(
          message.startsWith(known) ? message.substring(known.length()) : message, e);
    } catch (BackupException | EmbeddedNatsException e) {
      throw new CommandFailedException(String.valueOf(e.getMessage()), e);
    }
  }

  static Optional<Integer> replicas(int given) {
    return given == 0 ? Optional.empty() : Optional.of(given);
  }
}
