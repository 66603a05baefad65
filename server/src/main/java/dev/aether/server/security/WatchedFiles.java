package dev.aether.server.security;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What some files contain, read again after one of them has changed. If the new content cannot be
 * used, the old one stays and the log says why. Thread-safe.
 */
final class WatchedFiles<T> {
  private static final Logger LOG = LoggerFactory.getLogger(WatchedFiles.class);

  /** Far more than a sensible file of certificates, tokens or rules has. */
  private static final long MAX_BYTES = 4L * 1024 * 1024;

  /** A file that was written within this time is read at a later look. */
  private static final Duration SETTLED = Duration.ofMillis(500);

  private final String what;
  private final List<Path> files;
  private final Reader<T> reader;
  private volatile T content;

  /** Guarded by this. */
  private List<Stamp> seen;

  /** Why the latest read failed, which is told once. Guarded by this. */
  private String failure = "";

  /** Reads the files. */
  interface Reader<T> {
    /**
     * @throws SecurityFileException if the content cannot be used
     */
    T read() throws IOException;
  }

  /** What changes when a file, or the file that a link leads to, is written or replaced. */
  private record Stamp(@Nullable FileTime modified, long size, @Nullable Object inode) {
    /** Whether it was written just now, so that the rest of it may follow. */
    boolean isFresh() {
      return modified != null
          && Duration.between(modified.toInstant(), Instant.now()).abs().compareTo(SETTLED) < 0;
    }
  }

  /**
   * Reads the files for the first time.
   *
   * @param what names them in the log, such as "policy"
   * @throws SecurityFileException if they cannot be used
   */
  WatchedFiles(String what, List<Path> files, Reader<T> reader) {
    this.what = what;
    this.files = List.copyOf(files);
    this.reader = reader;
    seen = stamps();
    content = read();
  }

  T content() {
    return content;
  }

  /** Reads the files again if one has changed. Returns whether there is new content. */
  synchronized boolean refresh() {
    List<Stamp> now = stamps();
    if (now.equals(seen) || now.stream().anyMatch(Stamp::isFresh)) {
      return false;
    }
    // Before reading, so that a change during the read is seen at the next call.
    seen = now;
    try {
      content = read();
      failure = "";
    } catch (SecurityFileException e) {
      if (e.getCause() instanceof IOException) {
        // A right to read it, for example, may be given without a trace in the stamp.
        seen = List.of();
      }
      if (failure.equals(e.getMessage())) {
        return false;
      }
      failure = String.valueOf(e.getMessage());
      AuditLog.changed(what, String.valueOf(e.getMessage()));
      LOG.warn("the new {} cannot be used, the old one stays: {}", what, e.getMessage());
      return false;
    }
    AuditLog.changed(what, "");
    LOG.info("the {} was read again: {}", what, files);
    return true;
  }

  private T read() {
    try {
      for (Path file : files) {
        if (Files.size(file) > MAX_BYTES) {
          throw new SecurityFileException(file + " is larger than " + MAX_BYTES + " bytes");
        }
      }
      return reader.read();
    } catch (NoSuchFileException e) {
      throw new SecurityFileException("there is no file " + e.getFile(), e);
    } catch (IOException e) {
      throw new SecurityFileException("cannot read the " + what + ": " + e, e);
    }
  }

  private List<Stamp> stamps() {
    List<Stamp> stamps = new ArrayList<>();
    for (Path file : files) {
      stamps.add(stamp(file));
    }
    return stamps;
  }

  private static Stamp stamp(Path file) {
    try {
      BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
      return new Stamp(now.lastModifiedTime(), now.size(), now.fileKey());
    } catch (IOException e) {
      // It may be missing while it is replaced; reading it tells.
      return new Stamp(null, -1, null);
    }
  }
}
