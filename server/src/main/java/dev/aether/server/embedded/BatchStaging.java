package dev.aether.server.embedded;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets nats-server stage batches in memory. It keeps the messages of a batch apart until the batch
 * is complete. For a stream with one replica it does so in files in the stream's folder {@code
 * batches}, and syncs five times a batch ({@code newBatchStore} in jetstream_batching.go of
 * 2.15.1). That costs more than the sync of the stream itself.
 *
 * <p>What is staged need not survive a crash. It is acknowledged only after it is stored in the
 * stream and synced there, and each save in a batch is a commit of its own, so it does not matter
 * if only some of a batch are stored. So the folder {@code batches} of each stream becomes a link
 * to a folder in {@code /dev/shm}. nats-server deletes the link at each start; so the link is
 * checked before each batch. Without {@code /dev/shm}, nats-server stages on disk: slower, but
 * otherwise the same.
 *
 * <p>Thread-safe.
 */
final class BatchStaging implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(BatchStaging.class);

  /** A memory file system on every Linux, in containers too (64 MiB there by default). */
  static final Path SHARED_MEMORY = Path.of("/dev/shm");

  private static final String NAME = "aether-batches-";
  private static final String BATCHES = "batches";

  private final Path streams;

  /**
   * Links to the folder in memory; so the next process on this data folder finds what this one
   * left.
   */
  private final Path link;

  /** False: nats-server stages on disk. */
  private volatile boolean inMemory;

  private BatchStaging(Path natsFolder) {
    streams = natsFolder.resolve("jetstream").resolve("$G").resolve("streams");
    link = natsFolder.resolve(BATCHES);
  }

  /**
   * Deletes what a killed process left in memory, and makes a new folder there. Call it only while
   * nats-server is not running.
   *
   * @param natsFolder nats-server's folder
   * @param memory the folder of a memory file system; if it cannot be used, nats-server stages on
   *     disk
   */
  static BatchStaging create(Path natsFolder, Path memory) {
    BatchStaging staging = new BatchStaging(natsFolder);
    try {
      staging.deleteFolder();
      if (Files.isWritable(memory) && Files.getFileStore(memory).type().equals("tmpfs")) {
        Files.createSymbolicLink(staging.link, Files.createTempDirectory(memory, NAME));
        staging.inMemory = true;
      }
    } catch (IOException e) {
      LOG.warn("nats-server stages batches on disk, which is slower: {}", FileTrouble.of(e));
    }
    return staging;
  }

  /** Whether nats-server stages in memory. */
  boolean isInMemory() {
    return inMemory;
  }

  /** Call this before a batch is published to the stream. Reads two file attributes. */
  void prepare(String stream) {
    if (!inMemory) {
      return;
    }
    Path batches = streams.resolve(stream).resolve(BATCHES);
    if (Files.isSymbolicLink(batches) && Files.isDirectory(batches)) {
      return;
    }
    try {
      linkToMemory(batches, link.resolve(stream));
    } catch (IOException e) {
      LOG.warn(
          "nats-server stages batches of {} on disk, which is slower: {}",
          stream,
          FileTrouble.of(e));
      inMemory = false;
    }
  }

  /** Synchronized, since several threads may find the link missing. */
  private synchronized void linkToMemory(Path batches, Path target) throws IOException {
    Files.createDirectories(target);
    if (Files.isSymbolicLink(batches)) {
      return;
    }
    try {
      Files.deleteIfExists(batches);
      Files.createSymbolicLink(batches, target);
    } catch (DirectoryNotEmptyException | FileAlreadyExistsException | NoSuchFileException e) {
      // nats-server stages there at this moment, or the stream was just deleted: not this time.
      LOG.debug("this batch is staged on disk: {}", FileTrouble.of(e));
    }
  }

  /** Deletes the folder in memory. Call it only after nats-server has ended. */
  @Override
  public void close() {
    inMemory = false;
    try {
      deleteFolder();
    } catch (IOException e) {
      LOG.warn("the folder of staged batches is left in memory: {}", FileTrouble.of(e));
    }
  }

  private void deleteFolder() throws IOException {
    if (!Files.isSymbolicLink(link)) {
      return;
    }
    Path folder = Files.readSymbolicLink(link);
    @Nullable Path name = folder.getFileName();
    // Somebody else may have made the link.
    if (name != null && name.toString().startsWith(NAME) && Files.isDirectory(folder)) {
      FolderTree.delete(folder);
    }
    Files.delete(link);
  }
}
