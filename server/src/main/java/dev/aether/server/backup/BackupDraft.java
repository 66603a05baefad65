package dev.aether.server.backup;

import com.google.protobuf.util.JsonFormat;
import dev.aether.server.wire.BackupManifest;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A backup that is being written, in a folder {@code DIR.incomplete} that only its owner can read.
 * When it is complete and on disk, it is renamed to {@code DIR}; otherwise it is deleted. So a
 * folder with the name DIR is always a whole backup. For one thread.
 */
final class BackupDraft implements AutoCloseable {
  private static final int BUFFER_BYTES = 1 << 20;

  private final Path target;
  private final Path draft;

  /** By file, in the order in which the files were written. */
  private final Map<String, String> checksums = new LinkedHashMap<>();

  private BackupDraft(Path target, Path draft) {
    this.target = target;
    this.draft = draft;
  }

  /**
   * Creates the folder of the draft.
   *
   * @throws BackupException if the target exists, or another backup to it was begun
   */
  static BackupDraft begin(Path folder) throws IOException {
    Path target = folder.toAbsolutePath().normalize();
    if (Files.exists(target)) {
      throw new BackupException(folder + " exists already: a backup needs a new folder");
    }
    Path parent = target.getParent();
    if (parent == null || !Files.isDirectory(parent)) {
      throw new BackupException("the folder " + parent + " does not exist");
    }
    Path draft = draftOf(target);
    try {
      Files.createDirectory(
          draft,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    } catch (FileAlreadyExistsException e) {
      throw new BackupException(
          draft
              + " exists: another backup to this folder is running, or was killed. If it was killed,"
              + " delete that folder",
          e);
    }
    return new BackupDraft(target, draft);
  }

  /** The folder that a failed backup has left behind; empty if it was deleted. */
  static Optional<Path> left(Path folder) {
    return Optional.of(draftOf(folder.toAbsolutePath().normalize())).filter(Files::exists);
  }

  private static Path draftOf(Path target) {
    return target.resolveSibling(target.getFileName() + ".incomplete");
  }

  /** Writes one file. */
  interface Content<T> {
    T writeTo(OutputStream out) throws IOException;
  }

  /** Adds a file, and waits until it is on disk. */
  <T> T add(String file, Content<T> content) throws IOException {
    MessageDigest digest = BackupFolder.sha256();
    T result;
    try (FileChannel channel =
            FileChannel.open(
                draft.resolve(file), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        OutputStream out =
            new BufferedOutputStream(
                new DigestOutputStream(Channels.newOutputStream(channel), digest), BUFFER_BYTES)) {
      result = content.writeTo(out);
      out.flush();
      channel.force(true);
    }
    checksums.put(file, HexFormat.of().formatHex(digest.digest()));
    return result;
  }

  /** Deletes a file that was added, or whose content failed. */
  void remove(String file) throws IOException {
    Files.deleteIfExists(draft.resolve(file));
    checksums.remove(file);
  }

  /** Adds the manifest and the checksums, and gives the folder its name. */
  void complete(BackupManifest manifest) throws IOException {
    String json = JsonFormat.printer().print(manifest) + "\n";
    add(
        BackupFolder.MANIFEST,
        out -> {
          out.write(json.getBytes(StandardCharsets.UTF_8));
          return json;
        });
    String sums =
        checksums.entrySet().stream()
            .map(each -> each.getValue() + "  " + each.getKey() + "\n")
            .collect(Collectors.joining());
    add(
        BackupFolder.CHECKSUMS,
        out -> {
          out.write(sums.getBytes(StandardCharsets.UTF_8));
          return sums;
        });
    sync(draft);
    Files.move(draft, target, StandardCopyOption.ATOMIC_MOVE);
    try {
      sync(target.resolveSibling("."));
    } catch (IOException e) {
      throw new BackupException(
          target
              + " is a whole backup, but its name may be lost with the power: the folder that it is in"
              + " cannot be synced to disk: "
              + BackupFolder.reason(e),
          e);
    }
  }

  private static void sync(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /** Deletes the draft, unless it was completed. */
  @Override
  public void close() throws IOException {
    if (Files.exists(draft)) {
      try (Stream<Path> files = Files.list(draft)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
      Files.delete(draft);
    }
  }
}
