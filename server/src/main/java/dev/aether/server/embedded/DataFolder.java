package dev.aether.server.embedded;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * A data folder that only this process uses, until it is closed. The lock is an operating system
 * lock on {@code aether.lock}, so it is released when the process ends for any reason. The file
 * itself remains and contains the id of the last process that held the lock.
 */
final class DataFolder implements AutoCloseable {
  private static final String LOCK_FILE = "aether.lock";
  private static final int PID_MAX_BYTES = 32;

  /** Another process that asks whether the folder is in use locks it for a moment. */
  private static final Duration PROBE_BOUND = Duration.ofMillis(200);

  private static final Duration PROBE_POLL = Duration.ofMillis(5);

  /**
   * The folders that this process has locked. They are in a static field because the lock belongs
   * to the whole process: POSIX releases it when any other channel of this process on the same file
   * is closed, so a second attempt in the same process must not even open the file.
   */
  private static final Set<Path> HELD_BY_THIS_PROCESS = ConcurrentHashMap.newKeySet();

  private final Path path;
  private final FileChannel channel;

  private DataFolder(Path path, FileChannel channel) {
    this.path = path;
    this.channel = channel;
  }

  /**
   * Locks the folder, and creates it if it is missing, readable only by its owner.
   *
   * @throws EmbeddedNatsException if it is in use, not a folder, or not writable
   */
  static DataFolder open(Path folder) {
    Path path = make(folder);
    if (!HELD_BY_THIS_PROCESS.add(path)) {
      throw inUse(path, Long.toString(ProcessHandle.current().pid()));
    }
    try {
      return new DataFolder(path, lock(path));
    } catch (RuntimeException e) {
      HELD_BY_THIS_PROCESS.remove(path);
      throw e;
    }
  }

  /**
   * Whether a process, this one or another, has locked the folder. Locks it for a moment, together
   * with others who ask.
   */
  static boolean isInUse(Path folder) {
    try {
      Path path = folder.toRealPath();
      if (HELD_BY_THIS_PROCESS.contains(path)) {
        return true;
      }
      try (FileChannel channel =
              FileChannel.open(path.resolve(LOCK_FILE), StandardOpenOption.READ);
          FileLock lock = channel.tryLock(0, Long.MAX_VALUE, true)) {
        return lock == null;
      }
    } catch (IOException e) {
      return false; // There is no folder or no lock; whoever uses the folder learns why.
    }
  }

  private static Path make(Path folder) {
    if (Files.exists(folder) && !Files.isDirectory(folder)) {
      throw new EmbeddedNatsException(
          String.format(Locale.ROOT, "the data folder %s is not a folder", folder));
    }
    try {
      if (!Files.exists(folder)) {
        Files.createDirectories(
            folder,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      }
      return folder.toRealPath();
    } catch (IOException e) {
      throw new EmbeddedNatsException(
          String.format(
              Locale.ROOT, "the data folder %s cannot be created: %s", folder, reason(folder, e)),
          e);
    }
  }

  private static FileChannel lock(Path folder) {
    FileChannel channel;
    try {
      channel =
          FileChannel.open(
              folder.resolve(LOCK_FILE),
              StandardOpenOption.CREATE,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw new EmbeddedNatsException(
          String.format(
              Locale.ROOT,
              "the data folder %s cannot be written to: %s",
              folder,
              reason(folder, e)),
          e);
    }
    try {
      if (!isLocked(channel)) {
        throw inUse(folder, read(channel));
      }
      channel.truncate(0);
      channel.write(
          ByteBuffer.wrap(
              Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII)));
      return channel;
    } catch (IOException e) {
      closeQuietly(channel);
      throw new EmbeddedNatsException(
          String.format(
              Locale.ROOT, "the data folder %s cannot be locked: %s", folder, reason(folder, e)),
          e);
    } catch (EmbeddedNatsException e) {
      closeQuietly(channel);
      throw e;
    }
  }

  /** Locks a file, if no other process keeps it locked. */
  private static boolean isLocked(FileChannel channel) throws IOException {
    long deadline = System.nanoTime() + PROBE_BOUND.toNanos();
    FileLock lock = channel.tryLock();
    while (lock == null && System.nanoTime() < deadline) {
      try {
        TimeUnit.NANOSECONDS.sleep(PROBE_POLL.toNanos());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
      lock = channel.tryLock();
    }
    return lock != null;
  }

  private static String read(FileChannel channel) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(PID_MAX_BYTES);
    channel.read(bytes, 0);
    return new String(bytes.array(), 0, bytes.position(), StandardCharsets.US_ASCII).trim();
  }

  private static EmbeddedNatsException inUse(Path folder, String pid) {
    String by = pid.isEmpty() ? "" : " (process " + pid + ")";
    return new EmbeddedNatsException(
        String.format(
            Locale.ROOT,
            "the data folder %s is in use by another Aether%s: stop that one, or use another folder with --data DIR",
            folder,
            by));
  }

  /**
   * The reason for a failure, with its path if that is not the folder's own but that of a parent or
   * of the lock.
   */
  private static String reason(Path folder, IOException e) {
    boolean ofFolder = e instanceof FileSystemException f && folder.toString().equals(f.getFile());
    return ofFolder ? FileTrouble.reason(e) : FileTrouble.of(e);
  }

  private static void closeQuietly(FileChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      // Nothing was written that could be lost.
    }
  }

  /** The folder's real path, without symbolic links, so that different paths to it are equal. */
  Path path() {
    return path;
  }

  @Override
  public void close() {
    closeQuietly(channel);
    HELD_BY_THIS_PROCESS.remove(path);
  }
}
