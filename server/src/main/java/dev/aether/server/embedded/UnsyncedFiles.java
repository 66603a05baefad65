package dev.aether.server.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Syncs to disk what an earlier nats-server wrote. If it was killed, or its disk was full, between
 * a write and the sync after it, the commit is unacknowledged, but the next nats-server reads it.
 * Aether then finds it and answers that it is stored, and from then on it must survive a power
 * failure.
 */
final class UnsyncedFiles {
  private static final Logger LOG = LoggerFactory.getLogger(UnsyncedFiles.class);

  /** Linux itself writes after about 30 s. */
  private static final Duration YOUNG = Duration.ofMinutes(10);

  private UnsyncedFiles() {}

  /**
   * Syncs the files that were written lately. Call it only while nats-server is not running.
   *
   * @param store nats-server's folder of streams; may be missing
   * @throws IOException if the disk does not take them
   */
  static void sync(Path store) throws IOException {
    List<Path> files = writtenSince(store, Instant.now().minus(YOUNG));
    for (Path file : files) {
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
    LOG.debug("synced {} files that an earlier nats-server wrote lately", files.size());
  }

  /** The regular files in a folder that were written after a time, without following links. */
  static List<Path> writtenSince(Path store, Instant since) throws IOException {
    try (Stream<Path> files =
        Files.find(store, Integer.MAX_VALUE, (file, facts) -> isWrittenSince(facts, since))) {
      return files.toList();
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static boolean isWrittenSince(BasicFileAttributes facts, Instant since) {
    return facts.isRegularFile() && facts.lastModifiedTime().toInstant().isAfter(since);
  }
}
