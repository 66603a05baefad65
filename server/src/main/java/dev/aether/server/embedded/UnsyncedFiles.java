package dev.aether.server.embedded;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
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
   * Syncs the files that were written lately. Call it only while nats-server is not running. What
   * this process may not read is skipped, since its nats-server did not write it.
   *
   * @param store nats-server's folder of streams, or a link to it; may be missing
   * @throws IOException if the disk does not take them
   */
  static void sync(Path store) throws IOException {
    List<Path> files = writtenSince(store, Instant.now().minus(YOUNG));
    for (Path file : files) {
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
        channel.force(true);
      } catch (NoSuchFileException | AccessDeniedException e) {
        LOG.debug("{} is not synced: {}", file, FileTrouble.of(e));
      }
    }
    LOG.debug("synced {} files that an earlier nats-server wrote lately", files.size());
  }

  /** The regular files that were written after a time, without following links in the folder. */
  static List<Path> writtenSince(Path store, Instant since) throws IOException {
    List<Path> files = new ArrayList<>();
    if (Files.isDirectory(store)) {
      Files.walkFileTree(store.toRealPath(), new Young(since, files));
    }
    return files;
  }

  private static final class Young extends SimpleFileVisitor<Path> {
    private final Instant since;
    private final List<Path> found;

    Young(Instant since, List<Path> found) {
      this.since = since;
      this.found = found;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes facts) {
      if (facts.isRegularFile() && facts.lastModifiedTime().toInstant().isAfter(since)) {
        found.add(file);
      }
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException why) throws IOException {
      if (!(why instanceof NoSuchFileException) && !(why instanceof AccessDeniedException)) {
        throw why;
      }
      LOG.debug("{} is not synced: {}", file, FileTrouble.of(why));
      return FileVisitResult.CONTINUE;
    }
  }
}
