package dev.aether.server.cli.files;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * A short text in a file that is replaced atomically: even after a crash, a reader finds the last
 * text or the one before.
 */
public final class DurableText {
  /** Larger than any cursor, which must fit into a message of 4 MiB. */
  private static final int MAX_BYTES = 4 * 1024 * 1024;

  private final Path file;

  /**
   * Creates an object for a file that need not exist. FILE.next exists next to it during a write.
   */
  public DurableText(Path file) {
    this.file = file;
  }

  /**
   * The text; empty if the file does not exist.
   *
   * @throws IOException also if it is not a regular file: a device or a pipe does not keep a text
   */
  public Optional<String> read() throws IOException {
    checkKind();
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(MAX_BYTES + 1);
      if (bytes.length > MAX_BYTES) {
        throw new IOException("larger than " + MAX_BYTES + " bytes");
      }
      return Optional.of(
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /**
   * Replaces the text and waits until it is on disk. Not thread-safe.
   *
   * @throws IOException also if there is something other than a regular file, which must not be
   *     replaced
   */
  public void write(String text) throws IOException {
    checkKind();
    Path target = Files.isSymbolicLink(file) ? file.toRealPath() : file;
    Path next = target.resolveSibling(target.getFileName() + ".next");
    ByteBuffer bytes = StandardCharsets.UTF_8.encode(text);
    try (FileChannel channel =
        FileChannel.open(
            next,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    Files.move(next, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /**
   * Checks that {@link #write} can create its files.
   *
   * @throws IOException if the folder does not exist or cannot be written to, or if there is
   *     something other than a regular file
   */
  public void checkWritable() throws IOException {
    checkKind();
    Path target = Files.isSymbolicLink(file) ? file.toRealPath() : file;
    Path folder = Optional.ofNullable(target.toAbsolutePath().getParent()).orElse(target);
    if (!Files.isDirectory(folder)) {
      throw new IOException("the folder " + folder + " does not exist");
    }
    if (!Files.isWritable(folder)) {
      throw new IOException("no permission to write to the folder " + folder);
    }
  }

  private void checkKind() throws IOException {
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw new IOException("not a regular file");
    }
  }

  /** Deletes the file, if it exists. */
  public void delete() throws IOException {
    Files.deleteIfExists(file);
  }

  @Override
  public String toString() {
    return file.toString();
  }
}
