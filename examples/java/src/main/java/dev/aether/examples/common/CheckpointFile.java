package dev.aether.examples.common;

import dev.aether.client.Cursor;
import dev.aether.client.SubscriptionStart;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * The progress of a process manager, in a file: the cursor after the last commit whose consequences
 * are all stored. After a kill, the file contains either the old cursor or the new one. Not
 * thread-safe.
 */
public final class CheckpointFile {
  private final Path file;

  /** Uses this file, which need not exist yet. */
  public CheckpointFile(Path file) {
    this.file = file;
  }

  /** Where to resume: after the cursor, or at the beginning if there is none. */
  public SubscriptionStart start() {
    return cursor().map(SubscriptionStart::after).orElseGet(SubscriptionStart::beginning);
  }

  /** The last cursor; empty if there is none yet. */
  public Optional<Cursor> cursor() {
    try {
      return Files.exists(file) ? Optional.of(Cursor.of(Files.readString(file))) : Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Replaces the cursor; returns when it is on disk. */
  public void save(Cursor cursor) {
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    try (FileChannel channel =
        FileChannel.open(
            fresh,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      ByteBuffer text = ByteBuffer.wrap(cursor.toString().getBytes(StandardCharsets.UTF_8));
      while (text.hasRemaining()) {
        int unused = channel.write(text);
      }
      channel.force(true);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    try {
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
