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
 * A short text in a file: whoever reads it, also after a crash, finds the last or the one before.
 */
public final class DurableText {
  /** More than any cursor takes, which must go into a message of 4 MiB. */
  private static final int MAX_BYTES = 4 * 1024 * 1024;

  private final Path file;

  /** A text that may not be there yet. While it is written there is a FILE.next beside it. */
  public DurableText(Path file) {
    this.file = file;
  }

  /**
   * The text; empty where there is no such file.
   *
   * @throws IOException also where there is something else: a device or a pipe keeps no text
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
   * Puts another text in its place, and waits for the disk. One thread at a time.
   *
   * @throws IOException also where there is something else than a file, which would be replaced
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

  private void checkKind() throws IOException {
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw new IOException("not a file that could be replaced");
    }
  }

  /** Removes it, if it is there. */
  public void delete() throws IOException {
    Files.deleteIfExists(file);
  }

  @Override
  public String toString() {
    return file.toString();
  }
}
